"""A few damaged files at each way in; `benchmarks/storm.py` tries over a thousand."""

import random

import pytest
from helpers import ANY_BACKEND

from storm.entrances import ENTRANCES
from storm.trial import READ, REFUSED, outcome, trial

pytestmark = ANY_BACKEND
TRIED = 6


@pytest.mark.parametrize("name", ENTRANCES)
def test_damaged_files(name, tmp_path):
    for seed in range(TRIED):
        folder = tmp_path / str(seed)
        folder.mkdir()
        assert trial(name, folder, seed) in (READ, REFUSED), f"seed {seed}"


@pytest.mark.parametrize("name", ENTRANCES)
def test_sound_files(name, tmp_path):
    entrance = ENTRANCES[name]
    assert outcome(entrance, entrance.make(tmp_path, random.Random(0))) == READ

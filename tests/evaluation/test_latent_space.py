"""Metrics of a generator's latent spaces, against single metrics and as a card asks for them."""

import functools
import importlib

import numpy as np
import pytest
from helpers import ANY_BACKEND, style_generator

from kerasgen import evaluation
from kerasgen.evaluation import latent_space
from kerasgen.evaluation.extractors import Extractor, get_extractor
from kerasgen.latent.codes import sample_codes
from kerasgen.metrics import perceptual_path_length
from kerasgen.presets import Card, describe
from kerasgen.presets.card import DataSection, EvaluationSection, PathLength

pytestmark = ANY_BACKEND


@pytest.fixture(scope="module")
def model():
    return style_generator()


def test_metrics_of_both_latent_spaces(model):
    extractor = Extractor("pixels", lambda images: images.reshape(len(images), -1))
    found = latent_space.path_lengths(model, extractor, epsilon=1e-3, pairs=30)
    assert (found["extractor"], found["pairs"], found["epsilon"]) == ("pixels", 30, 1e-3)
    start, end = np.split(sample_codes(60, 5, 0), 2)

    def speed(space, features, **options):
        return perceptual_path_length(*space, features, epsilon=1e-3, **options)

    expected_of = {
        "z_whole": speed((start, end), lambda z: extractor(model.decode(z))),
        "w_end": speed(
            (model.styles(start)[:, 0], model.styles(end)[:, 0]),
            whole=False,
            kind="linear",
            features=lambda w: extractor(model.synthesize(np.repeat(w[:, None], 6, axis=1))),
        ),
    }
    for name, expected in expected_of.items():
        assert [found[name], found[f"{name}_standard_error"]] == pytest.approx(expected, abs=0.01), name
    card = Card(name="mine", model=describe(model), data=DataSection(source="portraits", train="train[:200]", image_size=16))
    found = latent_space.separability(model, card, ["era=modern", "gender=F"], samples=300)
    assert 1.0 <= found["w"] <= 4.0 and 1.0 <= found["z"] <= 4.0
    with pytest.raises(ValueError, match="Unknown value of the label era. Received: 'modem'. Did you mean 'modern'"):
        latent_space.separability(model, card, ["era=modem"])


def test_evaluation_measures_path_lengths_as_its_card_asks(model, monkeypatch):
    few = functools.partial(latent_space.path_lengths, pairs=20)
    monkeypatch.setattr(importlib.import_module("kerasgen.evaluation.evaluate"), "path_lengths", few)
    card = Card(
        name="mine",
        model=describe(model),
        data=DataSection(source="portraits", train="train[:40]", held_out="test[:40]", image_size=16),
        evaluation=EvaluationSection(path_length=PathLength(extractor="pixels", epsilon=0.05)),
    )
    measured = evaluation.evaluate(model, card, seed=3)["path_length"]
    assert measured == few(model, get_extractor("pixels"), epsilon=0.05, seed=3)

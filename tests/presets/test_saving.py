"""Saving presets: card and weights belong together at any moment, and equal weights are equal files."""

import errno
import itertools
import os

import h5py
import numpy as np
import pytest
from helpers import ANY_BACKEND, to_numpy
from tiny import TINY

import kerasgen
from kerasgen import presets
from kerasgen.files import WriteError
from kerasgen.presets import weights

pytestmark = ANY_BACKEND


class Killed(BaseException):
    """In the place of a signal that no process outlives: no call to the system comes after it."""


def folder(parent, name):
    (parent / name).mkdir()
    return parent / name


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def images(path):
    return kerasgen.load(path).sample(1, seed=0)


def test_a_kill_between_any_two_calls_leaves_one_of_both_presets(tmp_path, monkeypatch):
    old, new = TINY["vae_dense"](seed=1), TINY["vae_dense"](seed=2)
    new.decoder.set_weights([each + 0.1 for each in old.decoder.get_weights()])
    straight = presets.save(new, folder(tmp_path, "straight") / "mine")
    left = float("inf")  # calls until the kill

    def killing(whole):
        def call(*arguments, **options):
            nonlocal left
            if left <= 0:
                raise Killed
            left -= 1
            return whole(*arguments, **options)

        return call

    found = []
    for name in ("replace", "unlink"):
        monkeypatch.setattr(os, name, killing(getattr(os, name)))
    for calls in itertools.count():
        path = presets.save(old, folder(tmp_path, str(calls)) / "mine")
        left = calls
        try:
            presets.save(new, path, overwrite=True)
            break
        except Killed:
            left = float("inf")
        found.append([bool(np.array_equal(images(path), model.sample(1, seed=0))) for model in (old, new)])
        assert sum(found[-1]) == 1
        presets.save(new, path, overwrite=True)
        assert {name: each for name, each in contents(path.parent).items() if name[0] != "."} == contents(straight.parent)
    assert contents(path.parent) == contents(straight.parent)
    assert found[0] == [True, False] and found[-1] == [False, True] and len(found) > 5


def test_a_full_disk_leaves_the_preset_and_nothing_beside_it(tmp_path, monkeypatch):
    path = TINY["vae_dense"]().save_to_preset(tmp_path / "mine")
    before = contents(path.parent)

    def full(opened):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(WriteError, match=r"mine\..*weights.h5 \(No space left on device\)"):
            TINY["vae_dense"](seed=2).save_to_preset(path.parent, overwrite=True)
        with pytest.raises(WriteError, match="other.weights.h5"):
            presets.save(TINY["vae_dense"](), tmp_path / "other")
    assert contents(path.parent) == before and [each.name for each in tmp_path.iterdir()] == ["mine"]


def test_equal_weights_are_equal_files_whatever_the_time(tmp_path):
    model = TINY["dcgan"]()
    again = TINY["dcgan"]()
    again.set_weights(model.get_weights())
    files = [weights.weights_file(each) for each in (model, again)]
    assert files[0] == files[1]
    (tmp_path / "a.weights.h5").write_bytes(files[0])
    times = []
    with h5py.File(tmp_path / "a.weights.h5") as file:
        file.visititems(lambda name, item: times.append(h5py.h5o.get_info(item.id).mtime))
    assert len(times) > 20 and not any(times)
    other = TINY["dcgan"]()
    other.load_weights(tmp_path / "a.weights.h5")
    for one, two in zip(model.weights, other.weights, strict=True):
        np.testing.assert_array_equal(to_numpy(one), to_numpy(two))

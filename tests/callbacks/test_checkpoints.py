"""The state of training: one file an epoch, read back, and gone on from bit for bit."""

import errno
import os

import keras
import numpy as np
import pytest
from helpers import ANY_BACKEND, EAGER, assert_equal_states, state
from tiny import TINY

from kerasgen.callbacks import Checkpoints
from kerasgen.callbacks.checkpoints import restore
from kerasgen.data import ImageDataset
from kerasgen.files import WriteError


def compiled(name="vae_dense"):
    keras.utils.set_random_seed(3)
    model = TINY[name]()
    model.compile(**EAGER)
    return model


def fit(model, folder, epochs, begun=0, callbacks=()):
    images = np.random.default_rng(0).random((12, *model.image_shape), dtype=np.float32)
    callbacks = [Checkpoints(folder), *callbacks]
    model.fit(ImageDataset(images, batch_size=4), initial_epoch=begun, epochs=epochs, verbose=0, callbacks=callbacks)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


class Stop(keras.callbacks.Callback):
    """Ends training in the middle of the third epoch."""

    def on_train_batch_end(self, batch, logs=None):
        if self.batches == 7:
            raise KeyboardInterrupt
        self.batches += 1

    batches = 0


@pytest.mark.parametrize("name", ["factor_vae", "wgan_gp"])
def test_a_run_goes_on_bit_for_bit(name, tmp_path):
    straight = compiled(name)
    fit(straight, tmp_path / "straight", 3)
    with pytest.raises(KeyboardInterrupt):
        fit(compiled(name), tmp_path / "run", 3, callbacks=[Stop()])
    again = compiled(name)
    begun = restore(again, tmp_path / "run")
    assert begun == 2
    fit(again, tmp_path / "run", 3, begun)
    assert_equal_states(state(straight), state(again))
    assert names(tmp_path / "run") == names(tmp_path / "straight") == ["epoch_0002.npz", "epoch_0003.npz"]
    for file in names(tmp_path / "run"):
        assert (tmp_path / "run" / file).read_bytes() == (tmp_path / "straight" / file).read_bytes()


@ANY_BACKEND
@pytest.mark.parametrize("fault", ["cut", "empty", "bit"])
def test_one_that_cannot_be_read_gives_way_to_the_one_before(fault, tmp_path):
    straight = compiled()
    fit(straight, tmp_path, 3)
    newest, before = tmp_path / "epoch_0003.npz", tmp_path / "epoch_0002.npz"
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes({"cut": content[: len(content) // 2], "empty": b"", "bit": content}[fault])
    again = compiled()
    with pytest.warns(UserWarning, match="A checkpoint must be whole; the one before is taken. Received: .*epoch_0003.npz"):
        begun = restore(again, tmp_path)
    assert begun == 2
    fit(again, tmp_path, 3, begun)
    assert_equal_states(state(straight), state(again))
    assert restore(compiled(), tmp_path) == 3
    for path in (newest, before):
        path.write_bytes(b"PK")
    with pytest.warns(UserWarning), pytest.raises(ValueError, match="that can be read. Received: .*, with none such"):
        restore(compiled(), tmp_path)


class Killed(BaseException):
    """In the place of a signal that no process outlives: no call to the system comes after it."""


@ANY_BACKEND
def test_a_kill_between_any_two_calls_leaves_a_run_that_goes_on(tmp_path, monkeypatch):
    straight = compiled()
    fit(straight, tmp_path / "straight", 3)
    left = float("inf")  # calls until the kill

    def killing(whole):
        def call(*arguments, **options):
            nonlocal left
            if left <= 0:
                raise Killed
            left -= 1
            return whole(*arguments, **options)

        return call

    for name in ("open", "fsync", "close", "replace", "unlink"):
        monkeypatch.setattr(os, name, killing(getattr(os, name)))
    begun = []
    for calls in range(100):
        folder = tmp_path / f"run{calls}"
        model = compiled()
        fit(model, folder, 2)
        left = calls
        try:
            fit(model, folder, 3, 2)
            break
        except Killed:
            left = float("inf")
        again = compiled()
        begun.append(restore(again, folder))
        fit(again, folder, 3, begun[-1])
        assert_equal_states(state(straight), state(again))
        assert {"epoch_0002.npz", "epoch_0003.npz"} <= set(names(folder))
    assert begun == sorted(begun) and set(begun) == {2, 3} and len(begun) > 5


@ANY_BACKEND
def test_a_full_disk_leaves_the_one_before(tmp_path, monkeypatch):
    model = compiled()
    fit(model, tmp_path, 1)
    before = names(tmp_path)

    def full(file, **arrays):
        file.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(WriteError, match=r"Received: .*epoch_0002.npz \(No space left on device\)") as found:
        fit(model, tmp_path, 2, 1)
    assert found.value.errno == errno.ENOSPC and names(tmp_path) == before


@ANY_BACKEND
def test_a_checkpoint_of_another_model_is_refused(tmp_path):
    fit(compiled(), tmp_path, 1)
    with pytest.raises(ValueError, match="must be of the model that goes on. Received: .*epoch_0001.npz, of another"):
        restore(compiled("vae"), tmp_path)

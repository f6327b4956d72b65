"""Callbacks, in `fit`."""

import numpy as np
import pytest
from PIL import Image
from tiny import TINY

from kerasgen.callbacks import SampleSheet, StopAfter
from kerasgen.data import ImageBatches


@pytest.fixture(scope="module")
def model():
    model = TINY["vae"]()
    model.compile()
    return model


def fit(model, callbacks, epochs):
    images = np.random.default_rng(0).random((12, *model.image_shape), dtype=np.float32)
    return model.fit(ImageBatches(images, batch_size=4), epochs=epochs, verbose=0, callbacks=callbacks)


def test_sample_sheet_writes_every_so_many_epochs(model, tmp_path):
    fit(model, [SampleSheet(tmp_path / "sheets", n=9, every=2)], epochs=4)
    files = sorted(path.name for path in (tmp_path / "sheets").iterdir())
    assert files == ["epoch_0002.png", "epoch_0004.png"]
    with Image.open(tmp_path / "sheets" / files[0]) as sheet:
        assert sheet.size == (3 * 28 + 4, 3 * 28 + 4)


def test_stop_after_ends_training(model):
    before = int(model.optimizer.iterations)
    history = fit(model, [StopAfter(0.0)], epochs=5)
    assert len(history.history["loss"]) == 1
    assert int(model.optimizer.iterations) - before <= 3


def test_batches_of_another_size_are_refused(model):
    batches = ImageBatches(np.zeros((4, 32, 32, 1), "float32"), batch_size=4)
    with pytest.raises(ValueError, match=r"the model's shape \(28, 28, 1\). Received: \(32, 32, 1\)"):
        model.fit(batches, verbose=0)


def test_bytes_train_as_their_fractions(model):
    images = np.random.default_rng(0).integers(0, 256, (4, 28, 28, 1)).astype("uint8")
    terms = [model.evaluate(x, verbose=0, batch_size=4, return_dict=True) for x in (ImageBatches(images, batch_size=4),)]
    model.compile("sgd")
    history = model.fit(images, verbose=0, batch_size=4).history
    assert history["reconstruction"][0] == pytest.approx(terms[0]["reconstruction"], rel=0.2)  # not 255 times as much


@pytest.mark.backend("tensorflow")
def test_datasets_of_another_size_are_refused(model):
    import tensorflow as tf

    dataset = tf.data.Dataset.from_tensor_slices(np.zeros((4, 32, 32, 1), "float32")).batch(2)
    with pytest.raises(ValueError, match=r"the model's shape \(28, 28, 1\). Received: \(32, 32, 1\)"):
        model.fit(dataset, verbose=0)

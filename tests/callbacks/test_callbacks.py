"""Callbacks, in `fit`."""

import json

import keras
import numpy as np
import pytest
from helpers import ANY_BACKEND
from PIL import Image
from tiny import TINY

from kerasgen import presets
from kerasgen.callbacks import KeepBest, LossCurves, SampleGrid, StopAfter, StopWhenDiverged
from kerasgen.callbacks.loss_curves import read_log
from kerasgen.data import ImageDataset


@pytest.fixture(scope="module")
def model():
    model = TINY["vae"]()
    model.compile()
    return model


def fit(model, callbacks, epochs):
    images = np.random.default_rng(0).random((12, *model.image_shape), dtype=np.float32)
    return model.fit(ImageDataset(images, batch_size=4), epochs=epochs, verbose=0, callbacks=callbacks)


@ANY_BACKEND
def test_sample_grid_writes_every_so_many_epochs(model, tmp_path):
    fit(model, [SampleGrid(tmp_path / "grids", n=9, every=2)], epochs=4)
    files = sorted(path.name for path in (tmp_path / "grids").iterdir())
    assert files == ["epoch_0002.png", "epoch_0004.png"]
    with Image.open(tmp_path / "grids" / files[0]) as grid:
        assert grid.size == (3 * 28 + 4, 3 * 28 + 4)


def test_stop_after_ends_training(model):
    before = int(model.optimizer.iterations)
    history = fit(model, [StopAfter(0.0)], epochs=5)
    assert len(history.history["loss"]) == 1
    assert int(model.optimizer.iterations) - before <= 3


@ANY_BACKEND
def test_divergence_names_the_epoch_the_term_and_the_last_good_checkpoint(tmp_path):
    model = TINY["dcgan"]()
    model.compile(discriminator=keras.optimizers.SGD(0.01), generator=keras.optimizers.SGD(0.01), run_eagerly=True)

    class Break(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if self.seen == 4:
                weight = self.model.generator.trainable_variables[0]
                weight.assign(weight * np.nan)
            self.seen += 1

        seen = 0

    backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
    message = "discriminator.* not finite in epoch 2, batch 2; the last good checkpoint: that of epoch 1 in .*backup"
    with pytest.raises(FloatingPointError, match=message):
        fit(model, [backup, StopWhenDiverged(tmp_path / "backup"), Break()], epochs=3)
    again = TINY["dcgan"]()
    again.compile(discriminator=keras.optimizers.SGD(0.01), generator=keras.optimizers.SGD(0.01), run_eagerly=True)
    history = fit(again, [keras.callbacks.BackupAndRestore(tmp_path / "backup")], epochs=2).history
    assert len(history["loss"]) == 1 and np.isfinite(history["loss"][0])


@ANY_BACKEND
def test_loss_curves_show_the_log_of_an_interrupted_run_too(model, tmp_path):
    log = tmp_path / "log.csv"
    for _ in range(2):
        fit(model, [keras.callbacks.CSVLogger(log, append=True), LossCurves(log, tmp_path / "log.png")], epochs=2)
    columns = read_log(log)
    assert {"epoch", "loss", "reconstruction", "kl"} < set(columns)
    assert len(columns["kl"]) == 4 and np.isfinite(columns["kl"]).all()
    with Image.open(tmp_path / "log.png") as plot:
        assert plot.size[0] > plot.size[1] > 100
    fit(model, [keras.callbacks.CSVLogger(log), LossCurves(log, tmp_path / "seldom.png", every=2)], epochs=1)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["log.csv", "log.png", "seldom.png"]  # the last, at the end


@ANY_BACKEND
def test_the_best_weights_are_kept(tmp_path):
    model = TINY["dcgan"]()
    model.compile(run_eagerly=True)
    real = np.random.default_rng(1).random((12, *model.image_shape), dtype=np.float32)
    brightness = []

    def extractor(images):  # two features; the brightness of the samples decides
        brightness.append(images.mean())
        return np.stack([images.mean(axis=(1, 2, 3)), images.std(axis=(1, 2, 3))], axis=1)

    best = KeepBest(tmp_path, real, extractor, every=2)
    history = fit(model, [best, keras.callbacks.CSVLogger(tmp_path / "log.csv")], epochs=5).history
    assert np.isnan(history["fid"]).tolist() == [True, False, True, False, True]
    card = json.loads((tmp_path / "best.json").read_text())
    assert card["metrics"]["fid"] == pytest.approx(np.nanmin(history["fid"])) == best.best()
    assert card["metrics"]["epoch"] == 1 + np.nanargmin(history["fid"])
    assert np.isfinite(read_log(tmp_path / "log.csv")["fid"]).sum() == 2
    at_best = brightness[1 + int(np.nanargmin(history["fid"][1::2]))]
    assert presets.load(tmp_path / "best.json").sample(12, seed=0).mean() == pytest.approx(at_best, abs=1e-6)
    with pytest.raises(ValueError, match="'fid' or 'kid'. Received: 'is'"):
        KeepBest(tmp_path, real, extractor, monitor="is")
    with pytest.raises(ValueError, match="every must be at least 1 epoch. Received: 0"):
        KeepBest(tmp_path, real, extractor, every=0)
    (tmp_path / "best.json").write_text(json.dumps({**card, "metrics": {**card["metrics"], "epoch": 0}}), "utf-8")
    with pytest.raises(ValueError, match="best.json: metrics.epoch: .*>= 1. Received: 0"):
        best.best()


def test_batches_of_another_size_are_refused(model):
    dataset = ImageDataset(np.zeros((4, 32, 32, 1), "float32"), batch_size=4)
    with pytest.raises(ValueError, match=r"the model's shape \(28, 28, 1\). Received: \(32, 32, 1\)"):
        model.fit(dataset, verbose=0)


def test_bytes_train_as_their_fractions(model):
    images = np.random.default_rng(0).integers(0, 256, (4, 28, 28, 1)).astype("uint8")
    terms = [model.evaluate(x, verbose=0, batch_size=4, return_dict=True) for x in (ImageDataset(images, batch_size=4),)]
    model.compile("sgd")
    history = model.fit(images, verbose=0, batch_size=4).history
    assert history["reconstruction"][0] == pytest.approx(terms[0]["reconstruction"], rel=0.2)  # not 255 times as much


@pytest.mark.backend("tensorflow")
def test_datasets_of_another_size_are_refused(model):
    import tensorflow as tf

    dataset = tf.data.Dataset.from_tensor_slices(np.zeros((4, 32, 32, 1), "float32")).batch(2)
    with pytest.raises(ValueError, match=r"the model's shape \(28, 28, 1\). Received: \(32, 32, 1\)"):
        model.fit(dataset, verbose=0)


def test_a_grid_comes_every_so_many_epochs(tmp_path):
    with pytest.raises(ValueError, match="every must be a positive number of epochs. Received: 0"):
        SampleGrid(tmp_path, every=0)

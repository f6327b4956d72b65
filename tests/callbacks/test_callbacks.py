"""Callbacks, in `fit`."""

import json

import keras
import numpy as np
import pytest
from helpers import ANY_BACKEND
from PIL import Image
from tiny import TINY

from kerasgen import presets
from kerasgen.callbacks import Checkpoints, EpochLog, KeepBest, LossCurves, SampleGrid, StopAfter, StopWhenDiverged
from kerasgen.callbacks.checkpoints import restore
from kerasgen.callbacks.loss_curves import read_log
from kerasgen.data import ImageDataset


@pytest.fixture(scope="module")
def model():
    model = TINY["vae"]()
    model.compile()
    return model


def fit(model, callbacks, epochs, begun=0):
    images = np.random.default_rng(0).random((12, *model.image_shape), dtype=np.float32)
    dataset = ImageDataset(images, batch_size=4)
    return model.fit(dataset, initial_epoch=begun, epochs=epochs, verbose=0, callbacks=callbacks)


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


class Break(keras.callbacks.Callback):
    """Makes a variable NaN before or after the fifth step, the second of the second epoch."""

    def __init__(self, find, after):
        super().__init__()
        self.find, self.hook, self.seen = find, "end" if after else "begin", 0

    def on_train_batch_begin(self, batch, logs=None):
        self.count("begin")

    def on_train_batch_end(self, batch, logs=None):
        self.count("end")

    def count(self, hook):
        self.seen += hook == self.hook
        if self.seen == 6 - (self.hook == "begin"):
            variable = self.find(self.model)
            variable.assign(variable * np.nan)


@ANY_BACKEND
@pytest.mark.parametrize(
    "find, after, message",
    [
        (lambda model: model.generator.trainable_variables[0], False, "discriminator.* not finite in epoch 2, batch 2"),
        (lambda model: model.generator.trainable_variables[0], True, "not finite in epoch 2, after its last batch"),
        (lambda model: model.optimizer.optimizers[0].variables[-1], True, "not finite in epoch 2, after its last batch"),
    ],
    ids=["loss", "last update", "slot"],
)
def test_divergence_names_the_epoch_and_the_last_good_checkpoint(tmp_path, find, after, message):
    def made():
        model = TINY["dcgan"]()
        momentum = {name: keras.optimizers.SGD(0.01, momentum=0.9) for name in ("discriminator", "generator")}
        model.compile(**momentum, run_eagerly=True)
        return model

    diverging = [StopWhenDiverged(tmp_path), Checkpoints(tmp_path), Break(find, after)]
    with pytest.raises(FloatingPointError, match=f"{message}; the last good checkpoint: that of epoch 1 in "):
        fit(made(), diverging, epochs=3)
    assert [path.name for path in tmp_path.iterdir()] == ["epoch_0001.npz"]
    again = made()
    assert restore(again, tmp_path) == 1
    assert np.isfinite(fit(again, [], epochs=1).history["loss"][0])


@ANY_BACKEND
def test_a_held_out_loss_that_is_not_finite_is_divergence(model):
    stop = StopWhenDiverged()
    stop.on_epoch_begin(0)
    with pytest.raises(FloatingPointError, match="Received: val_loss, val_kl not finite in epoch 1; .*: none was kept"):
        stop.on_epoch_end(0, {"loss": 1.0, "val_loss": float("inf"), "val_kl": float("nan")})


@ANY_BACKEND
def test_loss_curves_show_the_log_of_an_interrupted_run_too(model, tmp_path):
    log = tmp_path / "log.csv"
    for epochs in ((0, 2), (2, 4)):
        fit(model, [EpochLog(log), LossCurves(log, tmp_path / "log.png")], epochs[1], epochs[0])
    columns = read_log(log)
    assert set(columns) == {"epoch", "loss", "reconstruction", "kl"}
    assert len(columns["kl"]) == 4 and np.isfinite(columns["kl"]).all()
    with Image.open(tmp_path / "log.png") as plot:
        assert plot.size[0] > plot.size[1] > 100
    fit(model, [EpochLog(log), LossCurves(log, tmp_path / "seldom.png", every=2)], epochs=1)
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
    history = fit(model, [best, EpochLog(tmp_path / "log.csv")], epochs=5).history
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
    with pytest.raises(ValueError, match=r"`images` must be of .* \(28, 28, 1\). Received: \(32, 32, 1\)"):
        model.fit(dataset, verbose=0)


def test_a_grid_comes_every_so_many_epochs(tmp_path):
    with pytest.raises(ValueError, match="every must be a positive number of epochs. Received: 0"):
        SampleGrid(tmp_path, every=0)

"""Training and measuring from a card."""

import signal

import keras
import msgspec
import numpy as np
import pytest
from helpers import ANY_BACKEND, EVERY_BACKEND

import kerasgen
from kerasgen.callbacks import Interrupted
from kerasgen.files import is_own, locked
from kerasgen.presets import Card
from kerasgen.presets.card import DataSection, KeepBest, ModelSection, Resampling, TrainingSection
from kerasgen.training import train, train_preset
from kerasgen.training.run_directory import check_place

pytestmark = ANY_BACKEND
ADAM = {"class_name": "Adam", "config": {}}
COSINE = {"class_name": "CosineDecay", "config": {"initial_learning_rate": 0.1, "decay_steps": 9, "alpha": "x"}}


def card(labels=True, **training):
    arguments = {"image_shape": (28, 28, 3), "latent_dim": 3, "channels": 4}
    return Card(
        name="detector",
        model=ModelSection(class_="DebiasingVAE", arguments=arguments),
        data=DataSection(source="face_crops", train="train[:24]", held_out="test[:12]", image_size=28, labels=labels),
        training=TrainingSection(batch_size=8, epochs=2, **training),
    )


def test_a_detector_is_trained_with_resampling_and_measured(tmp_path):
    plain, debiased = (
        kerasgen.load(train_preset(card(resampling=resampling), tmp_path / name, verbose=0))
        for name, resampling in {"plain": None, "debiased": Resampling(smoothing=0.05)}.items()
    )
    for model in (plain, debiased):
        metrics = model.card.metrics
        held_out = kerasgen.data.load("face_crops", "test[:12]", 28, labels=True)
        faces, others = (held_out.images(held_out.labels == label) for label in (1, 0))
        right = np.concatenate([model.classify(faces) > 0.5, model.classify(others) <= 0.5])
        assert metrics["accuracy"] == pytest.approx(right.mean(), abs=1e-5)
        assert metrics["reconstruction_mse"] == pytest.approx(np.square(faces - model.reconstruct(faces)).mean(), abs=1e-5)
    codes = np.zeros((1, 3), "float32")
    assert np.abs(plain.decode(codes) - debiased.decode(codes)).max() > 1e-6  # they saw other images


@pytest.mark.parametrize(
    "wrong, message",
    [
        (card(labels=None, resampling=Resampling()), "labels. Received"),
        (
            msgspec.structs.replace(
                card(keep_best=KeepBest(extractor="pixels")),
                model=ModelSection(class_="Autoencoder", arguments={"image_shape": (28, 28, 3), "network": "dense"}),
            ),
            "keep_best is for models that sample. Received: Autoencoder",
        ),
        (card(optimizers={"vae": {"class_name": "Adamm", "config": {}}}), "configurations of Keras's. Received: .*Adamm"),
        (card(optimizers={"vae": ADAM | {"config": {"beta_1": "x"}}}), "for 'vae' .*beta_1 must be numbers"),
        (card(optimizers={"vae": ADAM | {"config": {"learning_rate": COSINE}}}), "for 'vae' .*TypeError"),
        (card(optimizers={"jit_compile": ADAM}), "belongs to a phase, one of vae. Received: jit_compile"),
        (
            msgspec.structs.replace(card(), data=DataSection(source="face_crops", train="train[:24]", held_out="test[:12]")),
            r"the model's shape \(28, 28, 3\). Received: \(64, 64, 3\)",
        ),
    ],
)
def test_a_wrong_recipe_is_refused_before_work_starts(wrong, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        train_preset(wrong, tmp_path / "run", verbose=0)
    assert not (tmp_path / "run").exists()


def test_a_directory_holds_the_run_of_one_recipe(tmp_path):
    first = card()
    train(first, tmp_path / "run", verbose=0)
    more = msgspec.structs.replace(first, training=msgspec.structs.replace(first.training, epochs=3))
    train(more, tmp_path / "run", verbose=0)
    epochs = [line.split(",")[0] for line in (tmp_path / "run" / "log.csv").read_text("utf-8").splitlines()]
    assert epochs == ["epoch", "0", "1", "2"]  # the third went on from the second
    with pytest.raises(ValueError, match="of the names recipe, best. Received: a card named best"):
        train(msgspec.structs.replace(first, name="best"), tmp_path / "other", verbose=0)
    with pytest.raises(ValueError, match="needs its own. Received: .*run"):
        train(card(seed=1), tmp_path / "run", verbose=0)
    recipe = tmp_path / "run" / "recipe.json"
    recipe.write_text(recipe.read_text("utf-8").replace('"batch_size": 8', '"batch_sise": 8'), "utf-8")
    with pytest.raises(
        ValueError, match='recipe.json: training.batch_sise: unknown key. Did you mean "batch_size". Received: 8'
    ):
        train(first, tmp_path / "run", verbose=0)


class EndAfter(keras.callbacks.Callback):
    """A signal during one of the steps."""

    def __init__(self, steps):
        super().__init__()
        self.left = steps

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if not self.left:
            raise Interrupted(signal.SIGTERM)


def small():
    arguments = {"image_shape": (8, 8, 3), "latent_dim": 3, "network": "dense", "hidden": (8,)}
    return Card(
        name="small",
        model=ModelSection(class_="FactorVAE", arguments=arguments),
        data=DataSection(source="face_crops", train="train[:7]", held_out="test[:2]", image_size=8, mirror=True),
        training=TrainingSection(batch_size=8, epochs=3),
    )


@EVERY_BACKEND
def test_a_run_goes_on_within_an_epoch_bit_for_bit(tmp_path):
    def contents(run):
        files = [path for path in run.rglob("*") if path.suffix in (".npz", ".csv")]
        return {str(path.relative_to(run)): path.read_bytes() for path in files}

    run = tmp_path / "run"
    train(small(), tmp_path / "straight", verbose=0)
    for steps, kept in ((8, "0001_step_000003"), (1, "0001_step_000004")):
        with pytest.raises(Interrupted):
            train(small(), run, verbose=0, callbacks=[EndAfter(steps)])
        assert max(path.name for path in (run / "backup").iterdir()) == f"epoch_{kept}.npz"
    train(small(), run, verbose=0)
    assert contents(run) == contents(tmp_path / "straight")


def test_a_run_with_resampling_goes_on_from_a_whole_epoch(tmp_path):
    with pytest.raises(Interrupted):
        train(card(resampling=Resampling()), tmp_path / "run", verbose=0, callbacks=[EndAfter(20)])
    assert [path.name for path in (tmp_path / "run" / "backup").iterdir()] == ["epoch_0001.npz"]


def test_a_directory_holds_one_run_at_a_time(tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    with locked(run), pytest.raises(BlockingIOError, match="one run at a time. Received: .*run, in which another process"):
        train(card(), run, verbose=0)
    assert all(is_own(path) for path in run.iterdir())
    check_place(run)  # as a process leaves it that was killed before it wrote
    half = run / f".{16 * 'a'}.log.csv"
    half.touch()
    train(card(), run, verbose=0)
    assert not half.exists()

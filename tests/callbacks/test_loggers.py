"""Loggers, by the files that they leave: nothing here goes to the network."""

import json
import sqlite3
import struct
import sys

import numpy as np
import pytest
from helpers import ANY_BACKEND
from tensorboardX.proto.event_pb2 import Event
from tiny import TINY

from kerasgen.callbacks import MLflow, TensorBoard, Wandb, make_loggers
from kerasgen.data.tfrecord import read_records

pytestmark = ANY_BACKEND

CONFIG = {"name": "mine", "training": {"batch_size": 4, "keep_best": None}}
SCALARS = {"loss", "reconstruction", "kl"}


@pytest.fixture(scope="module")
def model():
    model = TINY["vae_dense"]()
    model.compile()
    return model


@pytest.fixture
def directory(tmp_path, monkeypatch):
    for name in ("DO_NOT_TRACK", "MLFLOW_DISABLE_TELEMETRY", "WANDB_SILENT"):
        monkeypatch.setenv(name, "true")
    for name in ("WANDB_PROJECT", "WANDB_RUN_ID", "MLFLOW_EXPERIMENT_NAME", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_ERROR_REPORTING", "false")
    monkeypatch.setenv("WANDB_CONFIG_DIR", str(tmp_path / "wandb_config"))
    monkeypatch.setenv("WANDB_CACHE_DIR", str(tmp_path / "wandb_cache"))
    return tmp_path / "mine"


def run_twice(model, logger, directory):
    """Two epochs, then, as a run that goes on, a third; images and histograms come at the second."""
    images = np.random.default_rng(0).random((4, *model.image_shape), dtype="float32")
    for first, last in ((0, 2), (2, 3)):
        log = logger(directory, CONFIG, lambda _: {"images": np.full((4, 6, 1), 255, "uint8")}, every=2)
        model.fit(images, batch_size=4, initial_epoch=first, epochs=last, verbose=0, callbacks=[log])


def paths(model):
    return {variable.path for variable in model.trainable_variables}


def test_tensorboard_gets_scalars_images_histograms_and_the_config(model, directory):
    run_twice(model, TensorBoard, directory)
    events = [Event.FromString(each) for file in (directory / "tensorboard").iterdir() for each in read_records(file)]
    values = [(event.step, value) for event in events for value in event.summary.value]
    assert {(value.tag, step) for step, value in values if value.HasField("simple_value")} == {
        (name, step) for name in SCALARS for step in (1, 2, 3)
    }
    assert [(value.tag, step, value.image.height) for step, value in values if value.HasField("image")] == [("images", 2, 4)]
    histograms = {value.tag: value.histo for step, value in values if value.HasField("histo") and step == 2}
    assert set(histograms) == paths(model)
    assert {path: histo.num for path, histo in histograms.items()} == {
        variable.path: np.prod(variable.shape) for variable in model.trainable_variables
    }
    assert any('"batch_size": 4' in part.decode() for _, value in values for part in value.tensor.string_val)


def test_wandb_offline_gets_scalars_images_histograms_and_the_config(model, directory):
    pytest.importorskip("wandb")
    run_twice(model, Wandb, directory)
    runs = sorted((directory / "wandb").glob("offline-run-*/*.wandb"))
    run_id = (directory / "wandb" / "run_id").read_text()
    assert [run.stem for run in runs] == [f"run-{run_id}"] * 2  # one run in two parts
    steps = {}
    for record in (record for run in runs for record in wandb_records(run)):
        if record.HasField("run"):
            config = {item.key: json.loads(item.value_json) for item in record.run.config.update}
            assert (record.run.project, record.run.display_name) == ("kerasgen", "mine")
            assert config["training"] == CONFIG["training"]
        if record.HasField("history"):
            values = {".".join(item.nested_key) or item.key: json.loads(item.value_json) for item in record.history.item}
            steps[values["_step"]] = values
    assert sorted(steps) == [1, 2, 3] and all(set(values) >= SCALARS for values in steps.values())
    assert steps[2]["images._type"] == "image-file" and steps[2]["images.width"] == 6
    (image,) = (directory / "wandb").glob("offline-run-*/files/media/images/*.png")
    assert image.stat().st_size == steps[2]["images.size"]
    for path in paths(model):
        assert steps[2][f"weights/{path}._type"] == "histogram" and sum(steps[2][f"weights/{path}.values"]) > 0
    assert not any(name.startswith(("weights/", "images")) for name in (*steps[1], *steps[3]))


def wandb_records(path):
    """The records of a file of Weights & Biases, LevelDB's log format behind a header of 7 bytes."""
    from wandb.proto.wandb_internal_pb2 import Record

    content, position, whole = path.read_bytes(), 7, b""
    while position + 7 <= len(content):
        if position % 32768 > 32768 - 7:  # padding: no part begins so near the end of a block
            position += 32768 - position % 32768
        _, length, kind = struct.unpack_from("<IHB", content, position)
        whole += content[position + 7 : position + 7 + length]
        position += 7 + length
        if kind in (1, 4):  # whole, or the last part
            yield Record.FromString(whole)
            whole = b""


@pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")  # MLflow's, of SQLAlchemy 2.1
def test_mlflow_gets_scalars_images_histograms_and_the_config(model, directory):
    pytest.importorskip("mlflow")
    run_twice(model, MLflow, directory)
    run_id = (directory / "mlflow" / "run_id").read_text()
    with sqlite3.connect(directory / "mlflow" / "mlflow.db") as store:
        (run,) = store.execute("select run_uuid, name, status from runs").fetchall()
        metrics = set(store.execute("select key, step from metrics where run_uuid = ?", (run_id,)))
        parameters = dict(store.execute("select key, value from params where run_uuid = ?", (run_id,)))
    assert run == (run_id, "mine", "FINISHED")
    assert metrics == {(name, step) for name in SCALARS for step in (1, 2, 3)}
    assert parameters == {"name": "mine", "training.batch_size": "4", "training.keep_best": "None"}
    artifacts = directory / "mlflow" / "artifacts" / run_id / "artifacts"
    assert len(list((artifacts / "images").glob("*.png"))) == 1
    (file,) = (artifacts / "histograms").iterdir()
    histograms = json.loads(file.read_text())
    assert file.name == "epoch_0002.json" and {path: sum(each["counts"]) for path, each in histograms.items()} == {
        variable.path: np.prod(variable.shape) for variable in model.trainable_variables
    }


def test_loggers_by_name(tmp_path, monkeypatch):
    (logger,) = make_loggers(["tensorboard", "tensorboard"], tmp_path)
    assert isinstance(logger, TensorBoard) and not list(tmp_path.iterdir())  # nothing is written before training
    with pytest.raises(ValueError, match="Unknown logger. Received: 'wnadb'. Did you mean 'wandb'"):
        make_loggers(["wnadb"], tmp_path)
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(ImportError, match=r"'mlflow' needs mlflow: pip install 'kerasgen\[mlflow\]'"):
        make_loggers(["mlflow"], tmp_path)

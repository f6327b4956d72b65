"""Exports that are refused: why, and that nothing is left behind or lost."""

import keras
import msgspec
import numpy as np
import onnx
import pytest
from exports import FORMATS, dcgan, vae
from handmade import write_decoder
from kerasgen.export import ExportError, comparison, export, quantization
from kerasgen.export.canonical import sort_nodes
from kerasgen.export.exporting import publish
from kerasgen.export.formats import FORMATS as WRITERS
from onnx import helper

from kerasgen.models import VAE
from kerasgen.runtime.manifest import manifest_path, read_manifest

pytestmark = pytest.mark.backend("tensorflow")


def decoder_with(operation, activation="sigmoid"):
    """A decoder for the codes and images of `vae()` that ends with `operation`."""
    z = keras.Input((4,), name="z")
    x = keras.layers.Dense(28 * 28, activation=activation)(z)
    x = keras.layers.Reshape((28, 28, 1))(x)
    return keras.Model(z, keras.layers.Lambda(operation, output_shape=(28, 28, 1))(x))


@keras.saving.register_keras_serializable("kerasgen_tests")
class KerasNoise(keras.layers.Layer):
    """Noise from Keras's own generator."""

    def __init__(self, **arguments):
        super().__init__(**arguments)
        self.seed_generator = keras.random.SeedGenerator(0)

    def call(self, x):
        return keras.ops.sigmoid(x + keras.random.normal(keras.ops.shape(x), seed=self.seed_generator))


def _tensorflow(name):
    def operation(x):
        import tensorflow as tf

        if name == "normal":
            return keras.ops.sigmoid(x + tf.random.normal(tf.shape(x)))
        return tf.raw_ops.Betainc(a=x + 1.0, b=x + 1.0, x=x)

    return operation


REFUSED = {
    "keras noise": (lambda: decoder_with(KerasNoise()), {"onnx": "StatelessRandom", "tflite": "StatelessRandom"}),
    "tensorflow noise": (
        lambda: decoder_with(_tensorflow("normal")),
        {"onnx": "RandomNormal", "tflite": "RANDOM_STANDARD_NORMAL"},
    ),
    "no builtin": (lambda: decoder_with(_tensorflow("betainc")), {"onnx": "Betainc", "tflite": "Betainc"}),
    "not finite": (lambda: decoder_with(lambda x: keras.ops.log(x - 2.0)), {"onnx": "NaN", "tflite": "NaN"}),
    "not in [0, 1]": (lambda: decoder_with(lambda x: 2 * x - 1), {"onnx": r"\[0, 1\]", "tflite": r"\[0, 1\]"}),
}


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("case", REFUSED)
def test_unusable_graphs_are_refused(case, kind, tmp_path, monkeypatch):
    make, messages = REFUSED[case]
    network = make()
    monkeypatch.setattr(VAE, "decoder_network", property(lambda self: network))
    with pytest.raises(ExportError, match=messages[kind]):
        export(vae(), tmp_path / f"vae.{kind}")
    assert list(tmp_path.iterdir()) == []


def test_difference_above_tolerance_leaves_the_old_files(tmp_path, monkeypatch):
    model = vae()
    path = tmp_path / "vae.onnx"
    path.write_text("old")
    export(model, path, overwrite=True)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    predict_all = comparison.predict_all
    monkeypatch.setattr(comparison, "predict_all", lambda *arguments: [each + 2e-5 for each in predict_all(*arguments)])
    with pytest.raises(ExportError, match="outputs of Keras to 1e-05"):
        export(model, path, overwrite=True)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_publish_puts_both_files_or_leaves_what_was_there(tmp_path):
    made, path = tmp_path / "made" / "a.onnx", tmp_path / "a.onnx"
    made.parent.mkdir()
    manifest = read_manifest(write_decoder(made, "batch"))
    publish(made, manifest, path)
    assert read_manifest(path) == manifest and not made.exists()
    before = path.read_bytes(), manifest_path(path).read_bytes()
    with pytest.raises(FileNotFoundError):
        publish(made, msgspec.structs.replace(manifest, precision="float16"), path)
    assert (path.read_bytes(), manifest_path(path).read_bytes()) == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.onnx", "a.onnx.json", "made"]


def test_a_graph_that_breaks_the_rules_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(quantization, "sort_nodes", lambda graph: None)
    with pytest.raises(ExportError, match="pass ONNX's own checker. Received: .*topological"):
        export(vae(), tmp_path / "vae.onnx", precision="float16")
    assert list(tmp_path.iterdir()) == []


def test_nodes_are_sorted_by_what_they_and_their_graphs_need(tmp_path):
    path = write_decoder(tmp_path / "decoder.onnx", "batch")
    model = onnx.load(path)
    branch = helper.make_graph(
        [helper.make_node("Identity", ["image"], ["inside"])],
        "branch",
        [],
        [helper.make_tensor_value_info("inside", onnx.TensorProto.FLOAT, None)],
    )
    model.graph.node.append(helper.make_node("If", ["always"], ["chosen"], then_branch=branch, else_branch=branch))
    model.graph.node.append(helper.make_node("Unused", ["z"], ["nothing"]))
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.array(True), "always"))
    model.graph.output[0].name = "chosen"
    backwards = list(model.graph.node)[::-1]
    del model.graph.node[:]
    model.graph.node.extend(backwards)
    onnx.save(model, path)
    with pytest.raises(ExportError, match="Received: Unused"):
        WRITERS["onnx"].check_file(path)
    sort_nodes(model.graph)
    assert [node.op_type for node in model.graph.node] == ["MatMul", "Sigmoid", "Reshape", "If"]
    onnx.save(model, path)
    WRITERS["onnx"].check_file(path)


@pytest.mark.parametrize(
    "name, arguments, message",
    [
        ("vae.h5", {}, r"\.onnx or \.tflite"),
        ("a b\t.onnx", {}, r'path: must be a plain file name.*Received: "a b\\t.onnx"'),
        ("-vae", {"format": "onnx"}, 'path: must be a plain file name.*Received: "-vae.onnx"'),
        (f"{'é' * 100}.onnx", {}, "path: must have a name of at most 200 bytes. Received: 205"),
        ("nowhere/vae.onnx", {}, "existing folder"),
        ("taken.onnx", {}, "overwrite=True"),
        ("folder.onnx", {"overwrite": True}, "the folder"),
        ("", {"format": "onnx"}, "is written to a file. Received: the folder"),
        ("vae.onnx", {"part": "discriminator"}, 'part: must be one of "decoder", "encoder".*Received: "discriminator"'),
        ("vae.onnx", {"batch_size": 0}, "batch_size: must be int >= 1. Received: 0"),
        ("vae.onnx", {"tolerance": 0.0}, "tolerance: must be float > 0.0. Received: 0.0"),
        ("vae.onnx", {"tolerance": float("inf")}, "tolerance: must be a finite number"),
        ("vae.onnx", {"image_size": (28, 0)}, r"image_size\[1\]: must be int >= 1. Received: 0"),
        ("vae.onnx", {"format": "litert"}, "format litert must end in .tflite. Received: .*vae.onnx"),
        ("vae", {"format": "tf_saved_model"}, "Unknown format. Received: 'tf_saved_model'. Known: 'litert', 'onnx'"),
        ("vae", {}, "end in .onnx or .tflite where no format is given"),
        ("vae.onnx", {"tolerance": float("nan")}, "tolerance"),
        ("vae.onnx", {"part": "encoder", "model_or_name": dcgan}, "DCGAN"),
        ("vae.onnx", {"model_or_name": lambda: 3}, "int"),
        ("vae.onnx", {"model_or_name": lambda: "no such preset"}, "no such preset"),
    ],
)
def test_wrong_arguments(name, arguments, message, tmp_path):
    (tmp_path / "taken.onnx").write_text("mine")
    (tmp_path / "folder.onnx").mkdir()
    make = arguments.pop("model_or_name", vae)
    with pytest.raises(ValueError, match=message):
        export(make(), tmp_path / name, **arguments)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["folder.onnx", "taken.onnx"]
    assert (tmp_path / "taken.onnx").read_text() == "mine"


@pytest.mark.backend("jax", "torch")
def test_export_needs_tensorflow(tmp_path):
    with pytest.raises(ExportError, match=f"TensorFlow backend.*Received: {keras.backend.backend()}"):
        export("any", tmp_path / "any.onnx")

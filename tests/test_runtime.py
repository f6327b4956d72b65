"""The runtime, on ONNX graphs made by hand: no Keras, so the same on every backend."""

import json
import subprocess
import sys

import numpy as np
import onnx
import pytest
from helpers import ANY_BACKEND
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from kerasgen.checksum import sha256
from kerasgen.codes import draw_codes
from kerasgen.images import sheet
from kerasgen.runtime import load
from kerasgen.runtime.__main__ import main
from kerasgen.runtime.manifest import FORMAT_VERSION, manifest_path

pytestmark = ANY_BACKEND

LATENT, SHAPE = 4, (8, 8, 3)
WEIGHTS = np.random.default_rng(0).standard_normal((LATENT, 192)).astype("float32")


def write(path, part, nodes, inputs, outputs, weights, num_classes=0):
    """Writes a graph and its manifest; `inputs` and `outputs` are (name, shape)."""
    values = [[helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in side]
              for side in (inputs, outputs)]
    tensors = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, part, *values, tensors)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8), path)
    tables = [[{"name": name, "shape": [None if size == "batch" else size for size in shape], "dtype": "float32"}
               for name, shape in side] for side in (inputs, outputs)]
    manifest = {"format_version": FORMAT_VERSION, "format": "onnx", "part": part,
                "inputs": tables[0], "outputs": tables[1],
                "file": {"name": path.name, "sha256": sha256(path), "bytes": path.stat().st_size},
                "latent_dim": LATENT, "image_shape": list(SHAPE), "num_classes": num_classes, "parity": None}
    manifest_path(path).write_text(json.dumps(manifest), "utf-8")
    return path


def write_decoder(path, batch):
    nodes = [helper.make_node("MatMul", ["z", "w"], ["x"]), helper.make_node("Sigmoid", ["x"], ["y"]),
             helper.make_node("Reshape", ["y", "shape"], ["image"])]
    weights = {"w": WEIGHTS, "shape": np.array([batch if batch != "batch" else -1, *SHAPE])}
    return write(path, "decoder", nodes, [("z", [batch, LATENT])], [("image", [batch, *SHAPE])], weights)


@pytest.fixture
def decoder(tmp_path):
    return write_decoder(tmp_path / "decoder.onnx", "batch")


@pytest.fixture
def encoder(tmp_path):
    nodes = [helper.make_node("Flatten", ["image"], ["x"]), helper.make_node("MatMul", ["x", "m"], ["mean"]),
             helper.make_node("MatMul", ["x", "v"], ["log_variance"])]
    outputs = [("mean", ["batch", LATENT]), ("log_variance", ["batch", LATENT])]
    return write(tmp_path / "encoder.onnx", "encoder", nodes, [("image", ["batch", *SHAPE])], outputs,
                 {"m": WEIGHTS.T.copy(), "v": -WEIGHTS.T})


def expected(codes):
    return (1 / (1 + np.exp(-codes @ WEIGHTS))).reshape(-1, *SHAPE)


@pytest.mark.parametrize("batch", ["batch", 3])
def test_samples_of_open_and_fixed_batches(batch, tmp_path):
    runtime = load(write_decoder(tmp_path / "decoder.onnx", batch), num_threads=1)
    for n in (1, 3, 130):
        images = runtime.sample(n, seed=5)
        assert images.dtype == np.float32
        np.testing.assert_allclose(images, expected(draw_codes(n, LATENT, 5)), atol=1e-6)
    assert not np.array_equal(runtime.sample(2), runtime.sample(2))


def test_encoder_takes_floats_and_uint8(encoder):
    runtime = load(encoder)
    pictures = np.random.default_rng(0).integers(0, 256, (5, *SHAPE), dtype="uint8")
    images = pictures / np.float32(255)
    mean, log_variance = runtime.encode_distribution(images)
    np.testing.assert_allclose(mean, images.reshape(5, -1) @ WEIGHTS.T, atol=1e-4)
    np.testing.assert_allclose(log_variance, -mean, atol=1e-4)
    np.testing.assert_allclose(runtime.encode(pictures), mean, atol=1e-5)


def test_wrong_inputs(decoder, encoder):
    with pytest.raises(ValueError, match=r"shape \(n, 4\).*\(2, 5\)"):
        load(decoder).decode(np.zeros((2, 5)))
    with pytest.raises(ValueError, match="number of samples"):
        load(decoder).sample(0)
    with pytest.raises(ValueError, match="seed must be"):
        load(decoder).sample(1, seed=-1)
    with pytest.raises(ValueError, match="exported encoder"):
        load(decoder).encode(np.zeros((1, *SHAPE)))
    with pytest.raises(ValueError, match="exported decoder"):
        load(encoder).sample(1)
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        load(encoder).encode(np.full((1, *SHAPE), 2.0))
    with pytest.raises(ValueError, match="num_threads"):
        load(decoder, num_threads=0)


# ---- files that do not fit -----------------------------------------------------------------------------------------


def test_missing_file_and_manifest(decoder, tmp_path):
    with pytest.raises(FileNotFoundError, match="must exist"):
        load(tmp_path / "none.onnx")
    manifest_path(decoder).unlink()
    with pytest.raises(FileNotFoundError, match="manifest beside it"):
        load(decoder)


def test_altered_file(decoder):
    decoder.write_bytes(decoder.read_bytes() + b"x")
    with pytest.raises(ValueError, match="sha256"):
        load(decoder)


@pytest.mark.parametrize("change, message", [
    ({"format_version": 99}, "format version 1.*99"),
    ({"format": "pickle"}, "onnx, tflite.*pickle"),
    ({"outputs": None}, "without outputs"),
    ({"file": {"sha256": "0" * 64}}, "sha256"),
])
def test_altered_manifest(change, message, decoder):
    manifest = json.loads(manifest_path(decoder).read_text("utf-8")) | change
    manifest_path(decoder).write_text(json.dumps({k: v for k, v in manifest.items() if v is not None or k == "parity"}))
    with pytest.raises(ValueError, match=message):
        load(decoder)


@pytest.mark.parametrize("text", ["", "[]", "{}", "\x00"])
def test_manifest_that_is_none(text, decoder):
    manifest_path(decoder).write_text(text)
    with pytest.raises(ValueError, match="JSON object"):
        load(decoder)


@pytest.mark.parametrize("kind", ["onnx", "tflite"])
def test_file_that_no_runtime_can_run(kind, decoder):
    decoder.write_bytes(b"no graph")
    manifest = json.loads(manifest_path(decoder).read_text("utf-8"))
    manifest |= {"format": kind, "file": {"sha256": sha256(decoder)}}
    manifest_path(decoder).write_text(json.dumps(manifest))
    with pytest.raises(ValueError, match="runtime can run"):
        load(decoder)


@pytest.mark.parametrize("kind, module", [("onnx", "onnxruntime"), ("tflite", "ai_edge_litert.interpreter")])
def test_missing_runtime_names_the_extra(kind, module, decoder, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    manifest = json.loads(manifest_path(decoder).read_text("utf-8")) | {"format": kind}
    manifest_path(decoder).write_text(json.dumps(manifest))
    with pytest.raises(ImportError, match=r"kerasgen\[runtime\]"):
        load(decoder)


# ---- command -------------------------------------------------------------------------------------------------------

# Stands for a machine without the frameworks: an import of one of them fails.
WITHOUT_KERAS = """
import sys
sys.modules.update(dict.fromkeys(("keras", "tensorflow", "jax", "torch")))
from kerasgen.runtime.__main__ import main

sys.exit(main(sys.argv[1:]))
"""


def test_sheet_without_keras(decoder, tmp_path):
    path = tmp_path / "sheet.png"
    command = [sys.executable, "-W", "error", "-c", WITHOUT_KERAS, decoder, "-n", "5", "--seed", "0", "-o", path]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr, done.stdout.strip()) == (0, "", str(path))
    with Image.open(path) as picture:
        assert picture.size == (3 * 10 - 2, 2 * 10 - 2)


@pytest.fixture
def conditional_decoder(tmp_path):
    """Its images are brighter for label 1 than for label 0."""
    nodes = [helper.make_node("MatMul", ["z", "w"], ["x"]), helper.make_node("Unsqueeze", ["label", "axis"], ["column"]),
             helper.make_node("Add", ["x", "column"], ["y"]), helper.make_node("Sigmoid", ["y"], ["brighter"]),
             helper.make_node("Reshape", ["brighter", "shape"], ["image"])]
    return write(tmp_path / "conditional.onnx", "decoder", nodes, [("z", ["batch", LATENT]), ("label", ["batch"])],
                 [("image", ["batch", *SHAPE])], {"w": WEIGHTS, "axis": np.array([1]), "shape": np.array([-1, *SHAPE])}, 2)


@pytest.mark.parametrize("options, labels", [([], [0, 1, 0]), (["--label", "1"], [1, 1, 1]),
                                             (["--label", "1", "--label", "0"], [1, 0, 1])])
def test_sheet_of_labels(options, labels, conditional_decoder, tmp_path):
    path = tmp_path / "sheet.png"
    assert main([str(conditional_decoder), "-n", "3", "--seed", "0", "-o", str(path), *options]) == 0
    runtime = load(conditional_decoder)
    assert runtime.sample(3, 0, labels=1).mean() > runtime.sample(3, 0, labels=0).mean() + 0.05
    with Image.open(path) as picture:
        np.testing.assert_array_equal(np.asarray(picture), sheet(runtime.sample(3, 0, labels=labels)))


@pytest.mark.parametrize("arguments, message", [
    (["none.onnx"], "must exist"),
    (["decoder.onnx", "--label", "1"], "belong to conditional models"),
    (["decoder.onnx", "-n", "0"], "number of samples"),
    (["decoder.onnx", "-o", "sheet.gif"], "must be a .png"),
    (["decoder.onnx", "-o", "nowhere/sheet.png"], "existing folder"),
    (["decoder.onnx", "--threads", "0"], "num_threads"),
])
def test_errors_take_one_line(arguments, message, decoder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and message in error and error.count("\n") == 1
    assert not list(tmp_path.glob("*.png"))

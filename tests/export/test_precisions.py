"""Files in fewer bits: near enough to Keras, measured, or refused with what would do instead."""

import sys
from pathlib import Path

import keras
import numpy as np
import onnx
import pytest
from exports import descriptors_kept, vary
from kerasgen.export import ExportError, examples, export, flatbuffer, quality, quantization, verify
from kerasgen.export.layer_errors import layer_errors
from kerasgen.export.parts import select
from kerasgen.export.precisions import PRECISIONS, TARGETS, choose
from kerasgen.export.request import SUFFIXES

from kerasgen import presets
from kerasgen.models import DCGAN, VAE, Pix2Pix, StyleGAN
from kerasgen.runtime import load
from kerasgen.runtime.manifest import OutputInfo, Reference, read_manifest

pytestmark = pytest.mark.backend("tensorflow")
PAIRS = [(name, kind) for name, precision in PRECISIONS.items() for kind in precision.formats]


@pytest.fixture(scope="module")
def model():
    model = DCGAN((16, 16, 3), latent_dim=16, channels=16)
    vary(model.generator)
    return model


@pytest.fixture(autouse=True)
def few_images(monkeypatch):
    monkeypatch.setattr(examples, "MEASURED_INPUTS", 50)
    monkeypatch.setattr(examples, "CALIBRATION_INPUTS", 32)


@pytest.fixture(autouse=True)
def without_sympy(monkeypatch):
    """As in an install for export alone: here PyTorch brings it."""
    monkeypatch.setitem(sys.modules, "sympy", None)
    monkeypatch.delitem(sys.modules, "onnxruntime.tools.symbolic_shape_infer", raising=False)


@pytest.mark.parametrize("precision, kind", PAIRS)
def test_every_precision_is_near_keras_or_refused(precision, kind, model, tmp_path):
    path = tmp_path / f"generator.{kind}"
    with descriptors_kept():
        export(model, path, precision=precision, force=True)
        runtime = load(path)
    if kind == "onnx":
        onnx.checker.check_model(path, full_check=True)
    manifest, least = read_manifest(path), PRECISIONS[precision].least_psnr
    error = np.mean(np.square(runtime.sample(50, seed=0) - model.sample(50, seed=0)))
    assert manifest.parity.psnr_db == pytest.approx(-10 * np.log10(max(error, 1e-12)), abs=0.5)
    assert manifest.precision == precision
    assert manifest.parity.least_psnr_db == least
    if least is None or manifest.parity.psnr_db >= least:
        assert verify(path, model).psnr_db == pytest.approx(manifest.parity.psnr_db)
    if precision != "float32":
        measured = manifest.quality
        assert measured.ssim == pytest.approx(1.0, abs=0.1 if manifest.parity.psnr_db >= least else 0.3)
        assert measured.inputs == 50
        assert measured.reference == Reference(not_measured="the model has no card, which names held-out images")


@pytest.mark.parametrize("kind, precision", [("onnx", "int8_weights"), ("tflite", "int8_dynamic")])
def test_maps_of_noise_are_rounded_as_well(kind, precision, tmp_path):
    keras.utils.set_random_seed(0)  # so few weights of 8 bits come to 34 to 38 dB
    style = StyleGAN((32, 32, 3), latent_dim=4, style_dim=4, mapping_layers=1, channels=4, max_channels=8)
    vary(style.generator)
    path = export(style, tmp_path / f"generator.{kind}", precision=precision)  # refused below 35 dB
    if kind == "onnx":
        constants = [tensor for tensor in onnx.load(path).graph.initializer if tensor.data_type == onnx.TensorProto.FLOAT]
        assert max(np.prod(tensor.dims) for tensor in constants) < quantization.LARGE
    else:
        content = flatbuffer.read(path)
        floats = [
            content.buffers[tensor.buffer].data for graph in content.subgraphs for tensor in graph.tensors if tensor.type == 0
        ]
        assert max(len(data) for data in floats if data is not None) < 4 * flatbuffer.LARGE
        assert ("DEQUANTIZE", 2, "") in flatbuffer.operators(content)


def test_scales_cost_little(model, tmp_path):
    """No scale is made of others, and a dense layer that has few inputs for each output has one scale."""
    graph = onnx.load(export(model, tmp_path / "generator.onnx", precision="int8_mixed", force=True)).graph
    constants = {tensor.name: tensor for tensor in graph.initializer}
    scales = {node.output[0]: constants[node.input[1]] for node in graph.node if node.op_type == "DequantizeLinear"}
    (dense,) = (node for node in graph.node if node.op_type in ("Gemm", "MatMul"))
    assert list(scales[dense.input[1]].dims) == []
    kernels = [scales[node.input[1]] for node in graph.node if node.op_type.startswith("Conv")]
    assert kernels and all(len(scale.dims) == 1 for scale in kernels)


@pytest.mark.parametrize(
    "kind, precision",
    [("onnx", "float16"), ("onnx", "int8_weights"), ("onnx", "int8"), ("tflite", "float16"), ("tflite", "int8")],
)
def test_fewer_bits_are_smaller_files(kind, precision, model, tmp_path):
    most = 0.6 if precision == "float16" else 0.4
    sizes = [
        export(model, tmp_path / f"{name}.{kind}", precision=name, force=True).stat().st_size for name in ("float32", precision)
    ]
    assert sizes[1] < most * sizes[0]


def test_refusal_names_layers_and_what_passes(model, tmp_path, monkeypatch):
    monkeypatch.setitem(PRECISIONS, "int8", type(PRECISIONS["int8"])(("onnx", "tflite"), 90.0, calibrated=True))
    path = tmp_path / "generator.onnx"
    told = r"at 90 dB or more.*lost most.*conv_\d.*precision='int8_\w+' passes, with \d"
    with descriptors_kept(), pytest.raises(ExportError, match=told) as refused:
        export(model, path, precision="int8")
    assert refused.value.offered in ("int8_mixed", "int8_weights")
    assert list(tmp_path.iterdir()) == []
    assert load(export(model, path, precision="int8", force=True)).sample(2, seed=0).shape == (2, 16, 16, 3)
    with pytest.raises(ExportError, match="at 90 dB or more"):
        verify(path, model)


@pytest.mark.parametrize("kind", ["onnx", "tflite"])
def test_layer_errors_find_the_layer_that_was_spoiled(kind, model, tmp_path):
    twin = DCGAN((16, 16, 3), latent_dim=16, channels=16)
    twin.generator.set_weights(model.generator.get_weights())
    layer = next(each for each in twin.generator.layers if each.name == "conv_0")
    kernel, *others = layer.get_weights()
    layer.set_weights([1.1 * kernel, *others])
    files = [export(each, tmp_path / f"{index}.{kind}") for index, each in enumerate((model, twin))]
    with descriptors_kept():
        errors = layer_errors(*files, kind, select(model, "decoder").sample_inputs(1, 0))
    before = [name for name in errors if name.startswith("project")]
    assert list(errors.values()) == sorted(errors.values())
    assert all(errors[name] > 100 for name in before)
    assert min(errors.values()) < 30


@pytest.mark.parametrize("kind", ["onnx", "tflite"])
def test_images_as_bytes(kind, model, tmp_path):
    path = export(model, tmp_path / f"generator.{kind}", image_dtype="uint8")
    runtime = load(path)
    expected = np.rint(255 * model.sample(5, seed=1))
    shape = (runtime.batch_size, 16, 16, 3)
    assert runtime.manifest.outputs == (OutputInfo(name="image", shape=shape, dtype="uint8", range=(0, 255)),)
    assert np.abs(runtime.sample(5, seed=1, dtype="uint8") - expected).max() <= 1
    assert verify(path, model).max_abs_error <= 0.5 / 255 + 1e-5


@pytest.mark.parametrize("kind, precision", [("onnx", "float32"), ("onnx", "int8"), ("tflite", "float32"), ("tflite", "int8")])
def test_exported_twice_is_the_same_file(kind, precision, model, tmp_path):
    first, second = (export(model, tmp_path / f"{name}.{kind}", precision=precision, force=True) for name in "ab")
    assert first.read_bytes() == second.read_bytes()


def test_translator_is_calibrated_by_images(tmp_path):
    translator = Pix2Pix((16, 16, 3), source_channels=1, channels=4, depth=3, receptive_field=16)
    images = np.random.default_rng(0).random((16, 16, 16, 1), np.float32)
    path = export(translator, tmp_path / "t.onnx", precision="int8", calibration=images, force=True)
    assert load(path).translate(images[:3]).shape == (3, 16, 16, 3)
    with pytest.raises(ValueError, match="Received: a model without a card. Other images.*calibration=PATH"):
        export(translator, tmp_path / "u.onnx", precision="int8")
    assert not (tmp_path / "u.onnx").exists()


def test_targets():
    assert all(SUFFIXES[file_format] in PRECISIONS[precision].formats for file_format, precision in TARGETS.values())


@pytest.mark.parametrize(
    "options, message",
    [
        ({"precision": "int4"}, 'precision: must be one of "float32", "float16", "int8".* Received: "int4"'),
        ({"precision": "int16x8"}, "A .onnx file has one of the precisions.*Received: int16x8"),
        ({"image_dtype": "int8"}, 'image_dtype: must be one of "float32", "uint8". Received: "int8"'),
        ({"calibration": np.zeros((16, 16))}, "Only int8.* calibrated. Received: calibration for float32"),
        (
            {"precision": "int8", "calibration": np.zeros((16, 3))},
            r"16 examples or more of z, \(n, 16\). Received: shape \(16, 3",
        ),
        ({"precision": "int8", "calibration": np.zeros((15, 16))}, r"Received: shape \(15, 16\)"),
        ({"precision": "int8", "calibration": np.full((16, 16), np.nan)}, "finite numbers"),
    ],
)
def test_wrong_arguments(options, message, model, tmp_path):
    with pytest.raises(ValueError, match=message):
        export(model, tmp_path / "generator.onnx", **options)
    assert list(tmp_path.iterdir()) == []


def test_encoders_give_no_bytes(tmp_path):
    with pytest.raises(ValueError, match="parts that give images. Received: the encoder"):
        export(VAE((28, 28, 1), latent_dim=4, channels=4), tmp_path / "e.onnx", part="encoder", image_dtype="uint8")


def test_preset_is_compared_with_its_held_out_images(tmp_path, monkeypatch):
    class Flat:
        name, resize = "pixels", "none"

        def __call__(self, images):
            return np.asarray(images)[:, ::16, ::16].reshape(len(images), -1)

    monkeypatch.setattr(quality, "get_extractor", lambda name: Flat())
    path = export(presets.load("r3gan_portraits"), tmp_path / "faces.onnx", precision="float16")
    found = read_manifest(path).quality
    reference = found.reference
    assert (reference.extractor, reference.generated_images) == ("pixels", 50)
    assert abs(reference.after.kid - reference.before.kid) <= reference.before.kid_standard_error
    assert found.psnr_db > 50 and found.ssim > 0.99


@pytest.mark.parametrize(
    "words, meant",
    [
        ((None, None, None, None), ("faces.onnx", "float32")),
        ((None, "mobile", None, None), ("faces.tflite", "float16")),
        ((None, "mobile", None, "int8"), ("faces.tflite", "int8")),
        ((None, None, "litert", None), ("faces.tflite", "float32")),
        ((Path("a.tflite"), None, None, "int8"), ("a.tflite", "int8")),
        ((Path("a.v2"), "mobile", None, None), ("a.v2.tflite", "float16")),
    ],
)
def test_words_of_the_command(words, meant):
    assert choose("zoo/faces.json", *words) == (Path(meant[0]), meant[1])


@pytest.mark.parametrize(
    "words, message",
    [
        ((Path("a.onnx"), "mobile", None, None), "format litert must end in .tflite. Received: a.onnx"),
        ((None, "cpu", "litert", None), "target cpu is a file of the format onnx. Received: litert"),
    ],
)
def test_words_that_contradict_each_other(words, message):
    with pytest.raises(ValueError, match=message):
        choose("faces", *words)

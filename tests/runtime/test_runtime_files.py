"""Files that the runtime refuses, and where it runs the others."""

import json
import sys

import numpy as np
import onnxruntime
import pytest
from handmade import LATENT, SHAPE, change_manifest, write_decoder
from helpers import ANY_BACKEND

from kerasgen.files import sha256
from kerasgen.latent.codes import sample_codes
from kerasgen.runtime import load
from kerasgen.runtime.manifest import manifest_path

pytestmark = ANY_BACKEND
IMAGE = {"name": "image", "shape": [None, *SHAPE]}
TENSORRT, CUDA, COREML, CPU = (f"{name}ExecutionProvider" for name in ("Tensorrt", "CUDA", "CoreML", "CPU"))


@pytest.fixture
def decoder(tmp_path):
    return write_decoder(tmp_path / "decoder.onnx", "batch")


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


@pytest.mark.parametrize(
    "change, message",
    [
        ({"format_version": 99}, "format version 1.*99"),
        ({"format_version": None}, "onnx.json: format_version: required key. Received: none"),
        ({"format": "pickle"}, 'json: format: must be one of "onnx", "tflite". Received: "pickle"'),
        ({"outputs": None}, "outputs: required key. Received: none"),
        ({"imageshape": [8, 8, 3]}, r'imageshape: unknown key. Did you mean "image_shape". Received: .8,8,3.'),
        ({"file": {"name": "a", "sha256": "0" * 64, "bytes": 1}}, "sha256 of its manifest"),
        ({"file": {"name": "a", "sha256": "0" * 64, "bytes": -1}}, r"file.bytes: must be int >= 1. Received: -1"),
        ({"file": "decoder.onnx"}, "file: must be object. Received"),
        ({"part": 3}, "part: must be str. Received: 3"),
        ({"part": "discriminator"}, 'part: must be one of "decoder", "encoder".* Received: "discriminator"'),
        ({"inputs": []}, "inputs: must be array of length >= 1. Received: .."),
        ({"inputs": [{"name": "z", "shape": [None, "4"]}]}, r'inputs\[0\].shape\[1\]: must be int or null. Received: "4"'),
        ({"inputs": [{"name": "z", "shape": [None, 4], "dtipe": 1}]}, r'inputs\[0\].dtipe: unknown key. Did you mean "dtype"'),
        ({"inputs": [{"name": "z", "shape": [None, None]}]}, r"only the batch may be open. Received: .None, None. of z"),
        ({"outputs": [{"name": "image"}]}, r"outputs\[0\].shape: required key. Received: none"),
        ({"image_shape": [8, 8]}, r"image_shape: must be array of length 3. Received: .8,8."),
        ({"image_shape": [8, 8, -3]}, r"image_shape\[2\]: must be int >= 1. Received: -3"),
        ({"latent_dim": -4}, "latent_dim: must be int >= 1. Received: -4"),
        ({"pixel_deviation": 0.0}, "pixel_deviation: must be float > 0.0. Received: 0.0"),
        ({"latent_dim": 5}, "must go with latent_dim 5"),
        ({"num_classes": 2}, "must go with latent_dim 4 and num_classes 2"),
        ({"outputs": [{"name": "picture", "shape": [None, 8, 8, 3]}]}, "must have the outputs of its file.*picture"),
        (
            {"outputs": [{"name": "image", "shape": [None, 8, 8, 1]}], "image_shape": [8, 8, 1]},
            "must have the outputs of its file",
        ),
        (
            {"image_shape": [8, 9, 3]},
            r"onnx.json: image_shape: must be that of the output image, .8, 8, 3.. Received: .8, 9, 3.",
        ),
        ({"inputs": [{"name": "z", "shape": [None, 4]}] * 2}, "inputs: names must differ. Received: z, z"),
        ({"outputs": [{"name": "image", "shape": [3, 8, 8, 3]}]}, r"outputs\[0\].shape\[0\]: all must have one batch, None"),
        ({"outputs": [IMAGE | {"range": [0, 255]}]}, r"outputs\[0\].range: must be .0, 1. for float32. Received: .0, 255."),
        ({"outputs": [{"name": "image", "shape": [None, 8, 8, 3], "dtype": "uint8"}]}, "must have the outputs.*'uint8'"),
    ],
)
def test_altered_manifest(change, message, decoder):
    change_manifest(decoder, change)
    with pytest.raises(ValueError, match=message):
        load(decoder)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"bytes": 1}, "onnx.json: file.bytes: must be the size of the file, .*. Received: 1$"),
        ({"name": "other.onnx"}, "onnx.json: file.name: must be that of the file, decoder.onnx. Received: other.onnx"),
        ({"name": "../decoder.onnx"}, "file.name: must be a plain file name"),
    ],
)
def test_manifest_of_another_file(change, message, decoder):
    file = json.loads(manifest_path(decoder).read_text("utf-8"))["file"]
    change_manifest(decoder, {"file": file | change})
    with pytest.raises(ValueError, match=message):
        load(decoder)


@pytest.mark.parametrize(
    "batch, graph, message",
    [
        (64, "batch", r"onnx.json: inputs\[0\].shape\[0\]: must be the batch of the file, None. Received: 64"),
        (10**9, "batch", r"onnx.json: inputs\[0\].shape\[0\]: must be null or at most 4096. Received: 1000000000"),
        (4097, 4097, r"inputs\[0\].shape\[0\]: must be null or at most 4096. Received: 4097"),
        (2, 3, "must have the inputs of its file"),
    ],
)
def test_batch_that_inputs_would_be_padded_to(batch, graph, message, tmp_path):
    decoder = write_decoder(tmp_path / "decoder.onnx", graph)
    change_manifest(decoder, {"inputs": [{"name": "z", "shape": [batch, 4]}], "outputs": [IMAGE | {"shape": [batch, *SHAPE]}]})
    with pytest.raises(ValueError, match=message):
        load(decoder)


@pytest.mark.parametrize("part", [0.0, 0.5, 0.99])
def test_truncated_file_and_manifest(part, decoder):
    for file, message in ((decoder, "sha256"), (manifest_path(decoder), "readable JSON file")):
        content = file.read_bytes()
        file.write_bytes(content[: int(part * len(content))])
        with pytest.raises(ValueError, match=message):
            load(decoder)
        file.write_bytes(content)
    assert load(decoder).sample(1).shape == (1, 8, 8, 3)


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "readable JSON file"),
        ("\x00", "readable JSON file"),
        ("[]", "a JSON object"),
        ("null", "a JSON object"),
        ("{}", "format_version: required key. Received: none"),
    ],
)
def test_manifest_that_is_none(text, message, decoder):
    manifest_path(decoder).write_text(text)
    with pytest.raises(ValueError, match=message):
        load(decoder)


@pytest.mark.parametrize("kind", ["onnx", "tflite"])
def test_file_that_no_runtime_can_run(kind, decoder):
    decoder.write_bytes(b"no graph")
    change_manifest(decoder, {"format": kind, "file": {"name": decoder.name, "sha256": sha256(decoder), "bytes": 8}})
    with pytest.raises(ValueError, match="runtime can run"):
        load(decoder)


@pytest.mark.parametrize(
    "kind, module, extra", [("onnx", "onnxruntime", "onnx"), ("tflite", "ai_edge_litert.interpreter", "runtime")]
)
def test_missing_runtime_names_the_extra(kind, module, extra, decoder, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    change_manifest(decoder, {"format": kind})
    with pytest.raises(ImportError, match=rf"kerasgen\[{extra}\]"):
        load(decoder)


# ---- providers -----------------------------------------------------------------------------------------------------


@pytest.fixture
def machine(monkeypatch):
    """A machine on which TensorRT fails, CUDA is left out without a word, and those of `starting` run, on the CPU in truth."""
    asked = []

    def make(there, starting=()):
        class Session(onnxruntime.InferenceSession):
            def __init__(self, path, options, providers, **others):
                asked.append(providers)
                if providers[0] == TENSORRT:
                    raise RuntimeError("no libnvinfer")
                super().__init__(path, options, providers=[CPU], **others)

            def get_providers(self):
                return [name for name in asked[-1] if name == CPU or name in starting]

        monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: there)
        monkeypatch.setattr(onnxruntime, "InferenceSession", Session)
        return asked

    return make


def test_cpu_is_the_default(decoder, machine):
    asked = machine([CUDA, CPU], [CUDA])
    assert load(decoder).provider == "cpu"
    assert asked == [[CPU]]


@pytest.mark.parametrize(
    "starting, chosen, tried", [([], "cpu", [TENSORRT, CUDA, COREML, CPU]), ([COREML], "coreml", [TENSORRT, CUDA, COREML])]
)
def test_auto_takes_the_best_that_starts(starting, chosen, tried, decoder, machine):
    expected = load(decoder).sample(3, 0)
    asked = machine(["AzureExecutionProvider", CPU, COREML, CUDA, TENSORRT], starting)
    runtime = load(decoder, provider="auto")
    assert runtime.provider == chosen
    assert [providers[0] for providers in asked] == tried
    assert all(providers[-1] == CPU for providers in asked)
    np.testing.assert_array_equal(runtime.sample(3, 0), expected)


@pytest.mark.parametrize(
    "provider, message",
    [
        ("tensorrt", "must start on this machine. Received: tensorrt: no libnvinfer"),
        ("cuda", "must start on this machine. Received: cuda: its libraries"),
        ("coreml", "this onnxruntime has: tensorrt, cuda, cpu. Received: 'coreml'"),
        ("gpu", "'auto' or one of 'tensorrt', 'cuda'.*Received: 'gpu'"),
    ],
)
def test_provider_that_cannot_be(provider, message, decoder, machine):
    machine([TENSORRT, CUDA, CPU])
    with pytest.raises(ValueError, match=message):
        load(decoder, provider=provider)


def test_litert_runs_on_the_cpu(decoder, monkeypatch):
    monkeypatch.setattr("kerasgen.runtime.runner.check_graph", lambda *_: None)  # the file is no LiteRT
    change_manifest(decoder, {"format": "tflite"})
    with pytest.raises(ValueError, match="LiteRT file runs on the CPU"):
        load(decoder, provider="cuda")


def test_bound_inputs_and_outputs_give_the_same(decoder):
    session = load(decoder)._session
    codes = sample_codes(6, LATENT, 0)
    for z in (codes, codes[::2], np.asfortranarray(codes)):
        np.testing.assert_array_equal(
            session.run_bound({"z": z})["image"], session.run({"z": np.ascontiguousarray(z)})["image"]
        )

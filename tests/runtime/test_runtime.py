"""The runtime, on ONNX graphs made by hand: no Keras, so the same on every backend."""

import subprocess
import sys

import numpy as np
import pytest
from handmade import LATENT, SHAPE, WEIGHTS, write, write_decoder, write_encoder, write_uint8_decoder
from helpers import ANY_BACKEND
from onnx import helper
from PIL import Image

from kerasgen.images import make_grid, to_uint8
from kerasgen.latent.codes import sample_codes
from kerasgen.runtime import load
from kerasgen.runtime.__main__ import main

pytestmark = ANY_BACKEND


@pytest.fixture
def decoder(tmp_path):
    return write_decoder(tmp_path / "decoder.onnx", "batch")


@pytest.fixture
def encoder(tmp_path):
    return write_encoder(tmp_path / "encoder.onnx")


def expected(codes):
    return (1 / (1 + np.exp(-codes @ WEIGHTS))).reshape(-1, *SHAPE)


@pytest.mark.parametrize("batch", ["batch", 3])
def test_samples_of_open_and_fixed_batches(batch, tmp_path):
    runtime = load(write_decoder(tmp_path / "decoder.onnx", batch), num_threads=1)
    for n in (1, 3, 130):
        images = runtime.sample(n, seed=5)
        assert images.dtype == np.float32
        np.testing.assert_allclose(images, expected(sample_codes(n, LATENT, 5)), atol=1e-6)
    assert not np.array_equal(runtime.sample(2), runtime.sample(2))


def test_batches_are_no_matter(decoder, encoder):
    codes = sample_codes(7, LATENT, 0)
    images = load(decoder).decode(codes)
    np.testing.assert_allclose(load(decoder).decode(codes, 3), images, atol=1e-6)
    np.testing.assert_allclose(load(encoder).encode(images, 2), load(encoder).encode(images), atol=1e-5)
    with pytest.raises(ValueError, match="batch_size"):
        load(decoder).sample(1, batch_size=0)


def test_images_as_floats_and_uint8(decoder, tmp_path):
    floats, whole = load(decoder), load(write_uint8_decoder(tmp_path / "whole.onnx"))
    images = floats.sample(5, 0)
    for runtime in (floats, whole):
        as_uint8 = runtime.sample(5, 0, dtype="uint8")
        assert as_uint8.dtype == np.uint8
        np.testing.assert_array_equal(as_uint8, to_uint8(images))
    assert whole.sample(5, 0).dtype == np.float32
    np.testing.assert_allclose(whole.sample(5, 0), images, atol=0.5 / 255 + 1e-6)
    with pytest.raises(ValueError, match="'float32', 'uint8'. Received: 'float16'"):
        floats.sample(1, dtype="float16")


def test_encoder_takes_floats_and_uint8(encoder):
    runtime = load(encoder)
    as_uint8 = np.random.default_rng(0).integers(0, 256, (5, *SHAPE), dtype="uint8")
    images = as_uint8 / np.float32(255)
    mean, log_variance = runtime.encode_distribution(images)
    np.testing.assert_allclose(mean, images.reshape(5, -1) @ WEIGHTS.T, atol=1e-4)
    np.testing.assert_allclose(log_variance, -mean, atol=1e-4)
    np.testing.assert_allclose(runtime.encode(as_uint8), mean, atol=1e-5)


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
    with pytest.raises(ValueError, match=r"\(8, 8, 3\).*\(4, 4, 3\)"):
        load(encoder).encode(np.zeros((1, 4, 4, 3)))
    with pytest.raises(ValueError, match="[Ff]inite"):
        load(encoder).encode(np.full((1, *SHAPE), np.nan))
    for inputs in ({}, {"codes": np.zeros((1, LATENT))}):
        with pytest.raises(ValueError, match=f"run takes the inputs of the file, z. Received: {', '.join(inputs) or 'none'}."):
            load(decoder).run(inputs)
    for threads in (0, -1, 1.5, True, "2"):
        with pytest.raises(ValueError, match="num_threads must be a positive whole number"):
            load(decoder, num_threads=threads)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e300])
def test_codes_that_are_not_finite(value, decoder):
    codes = np.zeros((3, LATENT))
    codes[1, 2] = value
    with pytest.raises(ValueError, match="Codes must be finite. Received: NaN or infinity in 1 of 3"):
        load(decoder).decode(codes)


# ---- command -------------------------------------------------------------------------------------------------------

# Stands for a machine without the frameworks: an import of one of them fails.
WITHOUT_KERAS = """
import sys
sys.modules.update(dict.fromkeys(("keras", "tensorflow", "jax", "torch")))
from kerasgen.runtime.__main__ import main

sys.exit(main(sys.argv[1:]))
"""


def test_grid_without_keras(decoder, tmp_path):
    path = tmp_path / "grid.png"
    command = [sys.executable, "-W", "error", "-c", WITHOUT_KERAS, decoder, "-n", "5", "--seed", "0", "-o", path]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr, done.stdout.strip()) == (0, "", str(path))
    with Image.open(path) as grid:
        assert grid.size == (3 * 10 - 2, 2 * 10 - 2)


def test_the_command_of_the_library_says_what_it_lacks():
    program = "import sys; sys.modules['typer'] = None; from kerasgen.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", program, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("error: The command needs kerasgen[tensorflow]") and done.stderr.count("\n") == 1
    assert "python -m kerasgen.runtime FILE. Received: no typer." in done.stderr


@pytest.fixture
def conditional_decoder(tmp_path):
    """Its images are brighter for label 1 than for label 0."""
    nodes = [
        helper.make_node("MatMul", ["z", "w"], ["x"]),
        helper.make_node("Unsqueeze", ["label", "axis"], ["column"]),
        helper.make_node("Add", ["x", "column"], ["y"]),
        helper.make_node("Sigmoid", ["y"], ["brighter"]),
        helper.make_node("Reshape", ["brighter", "shape"], ["image"]),
    ]
    return write(
        tmp_path / "conditional.onnx",
        "decoder",
        nodes,
        [("z", ["batch", LATENT]), ("label", ["batch"])],
        [("image", ["batch", *SHAPE])],
        {"w": WEIGHTS, "axis": np.array([1]), "shape": np.array([-1, *SHAPE])},
        2,
    )


@pytest.mark.parametrize(
    "options, labels", [([], [0, 1, 0]), (["--label", "1"], [1, 1, 1]), (["--label", "1", "--label", "0"], [1, 0, 1])]
)
def test_grid_of_labels(options, labels, conditional_decoder, tmp_path):
    path = tmp_path / "grid.png"
    assert main([str(conditional_decoder), "-n", "3", "--seed", "0", "-o", str(path), *options]) == 0
    runtime = load(conditional_decoder)
    assert runtime.sample(3, 0, labels=1).mean() > runtime.sample(3, 0, labels=0).mean() + 0.05
    with Image.open(path) as grid:
        np.testing.assert_array_equal(np.asarray(grid), make_grid(runtime.sample(3, 0, labels=labels)))


def test_grid_in_the_format_of_its_suffix(decoder, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main([str(decoder), "-n", "2", "--seed", "0", "-o", "~/grid.webp"]) == 0
    with Image.open(tmp_path / "grid.webp") as grid:
        assert grid.format == "WEBP"
        np.testing.assert_array_equal(np.asarray(grid), make_grid(load(decoder).sample(2, 0)))


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["none.onnx"], "must exist"),
        (["decoder.onnx", "--label", "1"], "belong to conditional models"),
        (["decoder.onnx", "-n", "0"], "number of samples"),
        (["decoder.onnx", "-o", "grid.gif"], "must end in one of .png, .jpg, .jpeg, .webp"),
        (["decoder.onnx", "-o", "nowhere/grid.png"], "existing folder"),
        (["decoder.onnx", "--threads", "0"], "num_threads"),
        (["decoder.onnx", "--provider", "gpu"], "provider must be"),
        (["benchmark", "none.onnx"], "must exist"),
        ([], "the following arguments are required: file"),
        (["decoder.onnx", "-n", "many"], "argument -n: invalid int value: 'many'; --help tells more."),
        (["benchmark"], "the following arguments are required: files"),
    ],
)
def test_errors_take_one_line(arguments, message, decoder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and message in error and error.count("\n") == 1
    assert not list(tmp_path.glob("*.png"))

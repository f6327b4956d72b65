"""Exports where the data of a card are not on the disk: nothing is downloaded, and images of one's own will do."""

import numpy as np
import pytest
from exports import vae
from helpers import noise_images, save_all
from kerasgen.export import ExportError, examples, export, verify
from kerasgen.export.precisions import PRECISIONS
from typer.testing import CliRunner

from kerasgen import data, presets
from kerasgen.cli.main import app
from kerasgen.runtime import load
from kerasgen.runtime.manifest import read_manifest

pytestmark = pytest.mark.backend("tensorflow")


@pytest.fixture
def preset(tmp_path, monkeypatch):
    """A preset whose card names a set that this machine lacks."""
    tfds = pytest.importorskip("tensorflow_datasets")
    monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", lambda *_, **__: pytest.fail("a download"))
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "sets"))
    monkeypatch.setattr(examples, "MEASURED_INPUTS", 20)
    monkeypatch.setattr(examples, "CALIBRATION_INPUTS", 20)
    presets.save(vae(), tmp_path / "tiny", {"data": {"source": "mnist"}})
    return tmp_path / "tiny.json"


@pytest.fixture
def images(tmp_path):
    save_all(tmp_path / "images", noise_images(24, 32, 28, 1)[..., 0], range(24))
    return tmp_path / "images"


@pytest.mark.parametrize("version", [None, "9.9.9"])
def test_distances_are_not_measured(version, preset, tmp_path):
    if version:  # another than the library reads
        (tmp_path / "sets" / "mnist" / version).mkdir(parents=True)
    quality = read_manifest(export(preset, tmp_path / "tiny.onnx", precision="float16")).quality
    missing = tmp_path / "sets" / "mnist" / ("3.0.1" if version else "")
    told = f"mnist must lie prepared on the disk, as nothing is downloaded. Received: no folder {missing}."
    assert quality.reference.not_measured == told
    assert quality.psnr_db > 50


def test_an_encoder_is_calibrated_by_given_images(preset, images, tmp_path):
    options = {"part": "encoder", "precision": "int8", "force": True}
    with pytest.raises(ValueError, match=r"Received: no folder .*mnist\. Other images.*: calibration=PATH"):
        export(preset, tmp_path / "refused.onnx", **options)
    assert not (tmp_path / "refused.onnx").exists()
    path = export(preset, tmp_path / "encoder.onnx", calibration=images, **options)
    as_array = data.load(images, image_size=28, batch_size=1, shuffle=False).images(slice(20))
    again = export(preset, tmp_path / "again.onnx", calibration=as_array, **options)
    assert path.read_bytes() == again.read_bytes()
    model = presets.load(preset)
    expected, found = model.encode(as_array), load(path).encode(as_array)
    error = np.mean(np.square(found - expected)) / np.ptp(expected) ** 2
    parity = read_manifest(path).parity  # of the lower of two outputs, on the images that were given
    assert parity.inputs == 20 and parity.psnr_db <= -10 * np.log10(error) + 0.1
    assert verify(path, model, images=images).psnr_db == pytest.approx(parity.psnr_db)


def test_a_verdict_on_noise_says_so(preset, images, tmp_path, monkeypatch):
    path = export(preset, tmp_path / "encoder.onnx", part="encoder", precision="int8", calibration=images, force=True)
    monkeypatch.setitem(PRECISIONS, "int8", type(PRECISIONS["int8"])(("onnx",), 200.0, calibrated=True))
    with pytest.raises(ExportError, match="manifest claims least_psnr_db 35. That was on noise; images=PATH gives others.$"):
        verify(path, presets.load(preset))
    with pytest.raises(ExportError, match="manifest claims least_psnr_db 35.$"):
        verify(path, presets.load(preset), images=images)
    decoder = export(preset, tmp_path / "decoder.onnx")
    with pytest.raises(ValueError, match="`images` are for encoders and translators. Received: images for the decoder"):
        verify(decoder, presets.load(preset), images=images)


def test_codes_from_a_file(preset, tmp_path):
    codes = np.random.default_rng(0).standard_normal((20, 4)).astype("float32")
    np.save(tmp_path / "codes.npy", codes)
    options = {"precision": "int8", "force": True}
    first, second = (
        export(preset, tmp_path / f"{name}.onnx", calibration=given, **options)
        for name, given in (("a", codes), ("b", str(tmp_path / "codes.npy")))
    )
    assert first.read_bytes() == second.read_bytes()
    with pytest.raises(ValueError, match="calibration must be an array, or the path of a folder or file. Received: nowhere"):
        export(preset, tmp_path / "c.onnx", calibration="nowhere", **options)
    with pytest.raises(ValueError, match="NumPy file must hold arrays"):
        export(preset, tmp_path / "c.onnx", calibration=tmp_path / "tiny.json", **options)


def test_the_command_takes_a_folder(preset, images, tmp_path):
    words = ["export", str(preset), str(tmp_path / "encoder.tflite"), "--part", "encoder", "--precision", "int8", "--force"]
    refused = CliRunner().invoke(app, words)
    assert "no folder" in str(refused.exception) and not (tmp_path / "encoder.tflite").exists()
    done = CliRunner().invoke(app, [*words, "--calibration", str(images)], catch_exceptions=False)
    assert done.exit_code == 0 and load(tmp_path / "encoder.tflite").precision == "int8"

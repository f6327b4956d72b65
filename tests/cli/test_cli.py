"""The command: its output, its errors, and a training that is killed and goes on."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from handmade import write_decoder
from helpers import ANY_BACKEND
from PIL import Image
from tiny import TINY

import kerasgen
from kerasgen.analysis.translated_files import read_images
from kerasgen.cli.options import console
from kerasgen.models import StyleGAN
from kerasgen.runtime.manifest import ParityReport

pytestmark = ANY_BACKEND


def test_list_and_show_name_the_presets(run, monkeypatch):
    monkeypatch.setattr(console, "width", 80)
    result = run("list")
    assert result.returncode == 0
    assert all(name in result.out for name in kerasgen.list_presets())
    shown = run("show", "dcgan_portraits")
    assert json.loads(shown.out)["model"]["class"] == "DCGAN"


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("show", "dcgan_portrait"), "Did you mean 'dcgan_portraits'"),
        (("sample", "nothing", "-o", "/dev/null/x.png"), "existing folder"),
        (("sample", "missing.onnx", "-o", "out.png"), "missing.onnx"),
        (
            ("sample", "pix2pix_edges_to_portraits"),
            "needs a model that samples. Received: pix2pix_edges_to_portraits (Pix2Pix)",
        ),
        (("sample", "dcgan_portraits", "--label", "1"), "--label is for conditional models. Received: 1"),
        (("sample", "conditional_gan_fashion_mnist", "--label", "10"), "--label must be from 0 to 9. Received: 10"),
        (("sample", "dcgan_portraits", "-n", "0"), "'-n'"),
        (("train", "vae_portraits", "--epochs", "0"), "'--epochs'"),
        (("train", "vae_portraits", "--epoch", "1"), "--epochs"),
        (("trian", "vae_portraits"), "No such command 'trian'"),
        (("demo", "--seconds", "-1"), "'--seconds'"),
        (("outliers", "dcgan_portraits", "."), "needs an autoencoder or a VAE. Received: dcgan_portraits (DCGAN)"),
        (("show", "[red]preset[/red]"), "'[red]preset[/red]'"),
        (("show", "runs/mine.json"), "Unknown preset, and no card or folder. Received: 'runs/mine.json'"),
        (("sample", "nothing", "-o", "grid.gif"), "must end in one of .png, .jpg, .jpeg, .webp. Received: grid.gif"),
        (("animate", "nothing", "-o", "path.jpg"), "must end in one of .webp, .gif, .png. Received: path.jpg"),
        (("export", "nothing", "a.onnx", "-o", "b.onnx"), "named once. Received: a.onnx and --output b.onnx"),
        (("export", "nothing", "--image-size", "48by64"), "--image-size must be a side of 4 pixels or more"),
    ],
)
def test_a_users_mistake_is_one_line(arguments, message, run, tmp_path):
    result = run(*arguments)
    assert result.returncode == 2
    assert message in result.err
    assert result.err.startswith("error: ") and result.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_sample_writes_a_grid_and_replaces_none(run, tmp_path):
    grid = tmp_path / "grid.png"
    assert run("sample", "dcgan_portraits", "-n", "4", "-o", grid).returncode == 0
    with Image.open(grid) as image:
        assert image.size == (2 * 64 + 2, 2 * 64 + 2)
    again = run("sample", "dcgan_portraits", "-n", "4", "-o", grid)
    assert again.returncode == 2 and "--overwrite replaces it" in again.err
    assert run("sample", "dcgan_portraits", "-n", "4", "-o", grid, "--overwrite").returncode == 0


def test_outliers_of_a_folder(run, tmp_path):
    usual = kerasgen.data.load("portraits", "test[:6]").images()
    strange = np.random.default_rng(0).random((2, 64, 64, 3))
    (tmp_path / "in").mkdir()
    for index, image in enumerate([*usual, *strange]):
        Image.fromarray(np.rint(image * 255).astype("uint8")).save(tmp_path / "in" / f"{index}.png")
    result = run("outliers", "vae_portraits", "in", "--score", "reconstruction")
    assert result.returncode == 0, result.err
    rows = (tmp_path / "outliers.csv").read_text().splitlines()
    assert rows[0] == "file,score,decision,outlier"
    assert {row.split(",")[0] for row in rows[1:3]} == {"6.png", "7.png"}
    assert [row.split(",")[3] for row in rows[1:3]] == ["True", "True"]
    (tmp_path / "empty").mkdir()
    empty = run("outliers", "vae_portraits", "empty", "-o", "other.csv")
    assert empty.returncode == 2 and "must hold image files" in empty.err


def test_translate_a_folder(run, tmp_path):
    tiny = TINY["pix2pix"]().save_to_preset(tmp_path / "tiny", {"data": {"source": "portraits", "pairs": "edges"}})
    (tmp_path / "in").mkdir()
    Image.fromarray(np.random.default_rng(0).integers(256, size=(20, 30, 3), dtype="uint8")).save(tmp_path / "in" / "a.png")
    (tmp_path / "in" / "b.png").write_bytes(b"no image")
    refused = run("translate", tiny, "in")
    assert refused.returncode == 2 and "b.png" in refused.err and not (tmp_path / "translated").exists()
    result = run("translate", tiny, "in", "--skip-unreadable", "--from-photos", "--tiled")
    assert result.returncode == 0 and "b.png" in result.out, result.err
    with Image.open(tmp_path / "translated" / "a.png") as image:
        assert image.size == (30, 20)
    for arguments, message in {
        (tiny, "in/a.png"): "Existing files are replaced only with --overwrite.",
        (
            tiny,
            "in/a.png",
            "--direction",
            "b_to_a",
            "-o",
            "other",
        ): "error: --direction must be one that the translator has: a_to_b",
        ("vae_portraits", "in/a.png", "-o", "other"): "translated by translators, such as Pix2Pix and CycleGAN. Received: VAE",
        ("cyclegan_portraits_eras", "in/a.png", "-o", "other", "--from-photos"): "--from-photos is for presets whose sources",
    }.items():
        wrong = run("translate", *arguments)
        assert wrong.returncode == 2 and message in wrong.err and wrong.err.count("\n") == 1
    assert not (tmp_path / "other").exists()
    one = run("translate", tiny, "in/a.png", "-o", "one.jpg")
    assert one.returncode == 0 and one.out == "1 image: one.jpg\n", one.err
    with Image.open(tmp_path / "one.jpg") as image:
        assert (image.format, image.size) == ("JPEG", (30, 20))
    for arguments, message in {
        ("in/a.png", "-o", "one.jpg"): "--overwrite replaces it. Received: one.jpg",
        ("in/a.png", "in/b.png", "-o", "x.png"): "several need a folder. Received: x.png for in/a.png, in/b.png",
        ("in", "-o", "x.png"): "several need a folder. Received: x.png for in.",
        ("in/a.png", "--background", "1,2"): "--background must be red, green and blue in 0..255. Received: [1, 2]",
        ("in/a.png", "--background", "red"): "--background must be numbers separated by commas. Received: 'red'",
    }.items():
        wrong = run("translate", tiny, *arguments)
        assert wrong.returncode == 2 and message in wrong.err and wrong.err.count("\n") == 1, wrong.err


def test_what_is_transparent_is_translated_over_the_background(tmp_path):
    Image.new("RGBA", (20, 30), (200, 0, 0, 0)).save(tmp_path / "a.png")
    images, skipped = read_images([tmp_path], background=(1, 2, 3))
    assert not skipped and np.array_equal(images[Path("a.png")], np.broadcast_to(np.uint8([1, 2, 3]), (30, 20, 3)))


def test_work_with_a_style_generator(run, tmp_path):
    model = StyleGAN((16, 16, 3), latent_dim=4, style_dim=4, mapping_layers=2, channels=4, max_channels=4, start_size=16)
    tiny = model.save_to_preset(
        tmp_path / "tiny",
        {"data": {"source": "portraits", "train": "train[:60]", "image_size": 16, "held_out": "test[:8]", "mirror": True}},
    )
    face = kerasgen.data.load("portraits", "test[:1]").images()[0]
    Image.fromarray(np.rint(face * 255).astype("uint8")).save(tmp_path / "face.png")
    Image.fromarray(np.random.default_rng(0).integers(256, size=(20, 30, 3), dtype="uint8")).save(tmp_path / "noise.png")
    side = 16
    for command, shape in {  # rows and columns
        ("mix", tiny, "-o", "mix.png"): (8, 7),
        ("mix", tiny, "--layers", "0,5", "--columns", "2", "-o", "two.png"): (4, 3),
        ("truncate", tiny, "-n", "2", "--values", "1,0", "-o", "truncate.png"): (2, 2),
        ("noise", tiny, "-n", "1", "-o", "map.png"): (1, 8),
        ("direction", tiny, "era=modern", "-n", "2", "-o", "era.png"): (2, 5),
        ("neighbors", tiny, "-n", "3", "-k", "2", "-o", "near.png"): (3, 3),
        ("sample", tiny, "--truncation", "0.5", "-n", "4", "-o", "sample.png"): (2, 2),
        ("project", tiny, "face.png", "noise.png", "--steps", "2", "-o", "projected"): None,
    }.items():
        result = run(*command)
        assert result.returncode == 0, result.err
        if shape:
            with Image.open(tmp_path / command[-1]) as image:
                assert image.size == tuple(count * (side + 2) - 2 for count in reversed(shape)), command
    assert "warning: noise.png shows no upright face" in result.out and "face.png shows" not in result.out
    assert {file.name for file in (tmp_path / "projected").iterdir()} == {
        "face.png",
        "noise.png",
        "grid.png",
        "styles.npz",
    }
    with np.load(tmp_path / "projected" / "styles.npz") as styles:
        assert styles["face"].shape == (6, 4)
    again = run("project", tiny, "face.png", "--steps", "2", "-o", "projected")
    assert again.returncode == 2 and "only with --overwrite" in again.err
    file = run("project", tiny, "face.png", "-o", "noise.png")
    assert file.returncode == 2 and "must be a folder that can be written. Received: noise.png" in file.err
    assert run("animate", tiny, "-n", "2", "--steps", "2", "-o", "path.gif").returncode == 0
    with Image.open(tmp_path / "path.gif") as frames:
        assert frames.n_frames == 4


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("mix", "dcgan_portraits"), "needs a style-based generator. Received: dcgan_portraits (DCGAN)"),
        (("animate", "autoencoder_fashion_mnist_2d"), "needs a model that samples"),
        (("animate", "conditional_gan_fashion_mnist"), "needs a model without classes"),
        (("truncate", "dcgan_portraits", "--values", "1,x"), "--values must be numbers separated by commas. Received: '1,x'"),
        (("truncate", "stylegan_portraits", "--values", "3"), "--values must lie from -1 to 2. Received: '3'"),
        (("sample", "dcgan_portraits", "--truncation", "0.5", "-o", "x.png"), "for presets of style-based generators"),
        (("project", "stylegan_portraits", "/dev/null", "--space", "z"), "'--space'"),
    ],
)
def test_commands_for_other_models(arguments, message, run, tmp_path):
    result = run(*arguments)
    assert result.returncode == 2 and message in result.err and result.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "limits, told",
    [
        (
            {"tolerance": 1e-5, "least_psnr_db": None},
            "largest difference 1.2e-07 (allowed 1e-05), 8 inputs, batches of 1 and 8",
        ),
        ({"tolerance": None, "least_psnr_db": 35.0}, "PSNR 58.3 dB (at least 35), 8 inputs, batches of 1 and 8"),
    ],
)
def test_verify_tells_what_it_found(limits, told, run, tmp_path, monkeypatch):
    write_decoder(tmp_path / "faces.onnx", "batch")
    report = ParityReport(max_abs_error=1.23e-7, psnr_db=58.3, batch_sizes=(1, 8), inputs=8, **limits)
    monkeypatch.setattr("kerasgen.export.verify", lambda *arguments, **options: report)
    assert run("verify", "faces.onnx", "mine").out == f"faces.onnx gives the images of mine: {told}\n"


def card(tmp_path):
    content = {
        "name": "tiny",
        "model": {"class": "DCGAN", "arguments": {"image_shape": [28, 28, 3], "latent_dim": 3, "channels": 4}},
        "data": {"source": "portraits", "train": "train[:48]", "held_out": "test[:16]", "image_size": 28, "mirror": True},
        "training": {"optimizers": {}, "batch_size": 4, "epochs": 3, "seed": 0},
    }
    path = tmp_path / "tiny.json"
    path.write_text(json.dumps(content))
    return path


def test_killed_training_goes_on_and_ends_as_the_uninterrupted(run, tmp_path):
    path = card(tmp_path)
    straight = run("train", path, "-o", tmp_path / "straight", "--grid-interval", "2")
    assert straight.returncode == 0, straight.err
    assert [file.name for file in (tmp_path / "straight" / "samples").iterdir()] == ["epoch_0002.png"]
    command = [sys.executable, "-c", "from kerasgen.cli import main; main()", "train", path, "-o", tmp_path / "killed"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    log = tmp_path / "killed" / "samples" / "epoch_0001.png"
    while not log.exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)  # in the middle of the second epoch, or later
    process.wait()
    assert not (tmp_path / "killed" / "tiny.json").exists()
    again = run("train", path, "-o", tmp_path / "killed")
    assert again.returncode == 0, again.err
    first, second = (kerasgen.load(tmp_path / folder / "tiny.json") for folder in ("straight", "killed"))
    np.testing.assert_array_equal(first.sample(4, seed=0), second.sample(4, seed=0))
    assert second.card.metrics["sliced_wasserstein_x1000"]["mean"] > 0
    other = json.loads(path.read_text())
    other["training"]["batch_size"] = 8
    path.write_text(json.dumps(other))
    refused = run("train", path, "-o", tmp_path / "killed")
    assert refused.returncode == 2 and "the run of one recipe" in refused.err

"""`kerasgen train` on images of one's own: what it says, what it writes, and what it refuses before it begins."""

import errno
import os
import re
import resource
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
from helpers import ANY_BACKEND, save
from PIL import Image

import kerasgen
from kerasgen.callbacks import Progress
from kerasgen.cli.options import console
from kerasgen.files import LOCK, locked
from kerasgen.training import Request, resolve, train_preset

pytestmark = ANY_BACKEND

TINY = ("--set", "training.batch_size=8", "model.channels=4", "model.latent_dim=3", "--image-size", "28")


def fill(folder):
    rng = np.random.default_rng(0)
    for index in range(20):
        save(folder / "ab"[index % 2] / f"{index}.png", rng.integers(256, size=(40, 44, 3), dtype="uint8"))
    return folder


@pytest.fixture
def folder(tmp_path):
    return fill(tmp_path / "pets")


def test_from_a_folder_to_a_preset(run, folder, tmp_path):
    (folder / "broken.png").write_text("no image")
    refused = run("train", "--model", "VAE", "--data", folder, *TINY)
    assert refused.returncode == 2 and refused.err.count("\n") == 1
    assert (
        "--skip-corrupt leaves out the others. Received: 1 of 21 that are not:" in refused.err and "broken.png" in refused.err
    )
    dry = run("train", "--model", "VAE", "--data", folder, *TINY, "--epochs", "2", "--skip-corrupt", "--dry-run")
    assert dry.returncode == 0, dry.err
    for line in ('"batch_size": 8', "network: encoder", "18 to train, 2 held out, 28x28x3; 2 batches", "time: ", "memory: "):
        assert line in dry.out
    assert [path.name for path in tmp_path.iterdir()] == ["pets"]
    done = run("train", "--model", "VAE", "--data", folder, *TINY, "--epochs", "2", "--skip-corrupt", "-o", "mine")
    assert done.returncode == 0, done.err
    assert "20 images (20 train), 40 x 44 pixels (height x width), color" in done.out and "left out: " in done.out
    assert "epoch 2/2" in done.out and "images/s" in done.out and "reconstruction" in done.out
    assert "grid: mine/vae_pets.png" in done.out and "kerasgen sample mine/vae_pets.json -o samples.png" in done.out
    model = kerasgen.load(tmp_path / "mine" / "vae_pets.json")
    assert model.card.data.skip_corrupt and model.card.data.held_out_fraction == 0.1
    assert model.card.metrics["protocol"].startswith("2 held-out images")
    other = run("train", "--model", "VAE", "--data", folder, *TINY, "model.beta=2", "--skip-corrupt", "-o", "mine")
    assert other.returncode == 2 and "holds another run" in other.err


RUN = ("--model", "VAE", *TINY, "--epochs", "2")


def contents(run):
    """The numbers that a run wrote."""
    return {path.name: path.read_bytes() for path in run.rglob("*") if path.suffix in (".h5", ".csv", ".npz")}


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    """The numbers of a run that nothing disturbed."""
    folder = tmp_path_factory.mktemp("straight")
    fill(folder / "pets")
    card = resolve(Request(model="VAE", data=str(folder / "pets"), image_size=28, settings=TINY[1:4], epochs=2)).card
    train_preset(card, folder / "run", verbose=0)
    return contents(folder / "run")


@pytest.mark.parametrize(
    "number, batch, done, status",
    [
        ("SIGINT", 2, "1 of 2 epochs, at step 1 of the next", 130),
        ("SIGTERM", 1, "1 of 2 epochs", 143),
        ("SIGTERM", 0, "0 of 2 epochs, at step 1 of the next", 143),
    ],
)
def test_a_signal_ends_a_run_in_order_and_it_goes_on(run, folder, straight, tmp_path, monkeypatch, number, batch, done, status):
    seen = []

    def signalled(self, batch_of_epoch, logs=None):
        seen.append(batch_of_epoch)
        if len(seen) == batch + 1:
            os.kill(os.getpid(), getattr(signal, number))

    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    with monkeypatch.context() as patched:
        patched.setattr(Progress, "on_train_batch_begin", signalled)
        stopped = run("train", *RUN, "--data", folder, "-o", "mine")
    assert stopped.returncode == status, stopped.err
    assert f"interrupted after {done}; the same command goes on from there" in stopped.out and not stopped.err
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == before
    assert len(seen) == batch + 1  # the step was the last
    again = run("train", *RUN, "--data", folder, "-o", "mine")
    assert again.returncode == 0, again.err
    assert "epoch 2/2" in again.out and ("epoch 1/2" in again.out) == (done[0] == "0")
    assert contents(tmp_path / "mine") == straight and len(straight) == 4


def test_a_second_signal_ends_a_run_at_once(folder, tmp_path):
    code = """
import os, signal, sys
from kerasgen import cli
from kerasgen.callbacks import Progress

def twice(self, batch, logs=None):
    for _ in range(2):
        os.kill(os.getpid(), signal.SIGTERM)

Progress.on_train_batch_begin = twice
cli.main()
"""
    command = [sys.executable, "-c", code, "train", *RUN, "--data", str(folder), "-o", "mine"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == -signal.SIGTERM and "interrupted" not in done.stdout


def test_a_full_disk_is_one_line_and_the_run_goes_on(run, folder, straight, tmp_path):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        stopped = run("train", *RUN, "--data", folder, "-o", "mine")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert stopped.returncode == 2 and stopped.err.count("\n") == 1, stopped.err
    assert re.search(r"a folder that can be written. Received: mine/\S+ \(File too large\)", stopped.err)
    assert "the same command goes on from there" in stopped.out
    assert not any(path.name.startswith(".") for path in (tmp_path / "mine").rglob("*") if path.name != LOCK)
    assert run("train", *RUN, "--data", folder, "-o", "mine").returncode == 0
    assert contents(tmp_path / "mine") == straight


def test_a_package_that_finds_the_disk_full_ends_in_the_same_words(run, folder, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("kerasgen.training.train_preset", full)
    result = run("train", "--model", "VAE", "--data", folder, *TINY, "-o", "mine")
    assert result.returncode == 2 and result.err.count("\n") == 1
    assert "needs space on the disk and a folder that can be written. Received: mine (No space left on device)" in result.err


def test_a_folder_in_which_another_process_trains_is_refused(run, folder, tmp_path):
    (tmp_path / "mine").mkdir()
    with locked(tmp_path / "mine"):
        result = run("train", *RUN, "--data", folder, "-o", "mine")
    assert result.returncode == 2 and result.err.count("\n") == 1
    assert "A folder holds one run at a time. Received: mine, in which another process trains" in result.err


def broken(folder, fault):
    """A folder of images with a fault, in the place of `folder`."""
    shutil.rmtree(folder)
    folder.mkdir()
    count = {"one image": 1, "empty": 0}.get(fault, 12)
    for index in range(count):
        image = np.full((40, 44, 3), 0 if fault == "equal" else index, "uint8")
        save(folder / ("x" if fault == "class" and index == 0 else "y") / f"{index}.png", image)
    if fault == "animated":
        frames = [Image.new("L", (40, 44), value) for value in (0, 200)]
        frames[0].save(folder / "y" / "film.png", save_all=True, append_images=frames[1:])
    if fault == "labels":
        images = np.arange(12 * 784, dtype="uint8").reshape(12, 28, 28)
        np.savez(folder.parent / "a.npz", images=images, labels=np.arange(12) // 2)
    if fault == "nan":
        np.save(folder.parent / "nan.npy", np.full((12, 28, 28, 1), np.nan, "float32"))


@pytest.mark.parametrize(
    "fault, arguments, message",
    [
        ("empty", (), "A folder must hold image files"),
        ("one image", (), "Training needs 8 images at least. Received: 1 in pets"),
        ("equal", (), "The images must differ. Received: 12 images in pets, all equal"),
        ("class", ("--model", "ConditionalGAN"), "Every class needs two images at least. Received: one in x (1) of pets"),
        ("animated", (), "Received: 1 of 13 that are not: pets/y/film.png (animated)"),
        ("nan", ("--data", "nan.npy"), "`images` must be finite. Received: values from nan to nan"),
        ("size", ("--image-size", "50"), "Received: image_shape=(50, 50, 3)"),
        ("size", ("--image-size", "40x50"), "longer side must be a multiple of that power"),
        ("size", ("--image-size", "40:48"), "must be a side of 4 pixels or more, or HEIGHTxWIDTH, as 48x64. Received: 40:48"),
        ("missing", ("--data", "./none"), "must be an existing folder or file"),
        ("class name", ("--model", "DCGANN"), "Did you mean 'DCGAN'"),
        ("two", ("vae_portraits", "dcgan_portraits"), "one preset, card or recipe. Received: vae_portraits, dcgan_portraits"),
        ("place", ("-o", "pets/run"), "must not lie in its data, or its grids become training images. Received: pets/run"),
        ("others", ("-o", "."), "must be new or empty, or hold that run. Received: ., with other files"),
        (
            "labels",
            ("--model", "ConditionalGAN", "--data", "a.npz", "model.num_classes=3"),
            "from 0 to 2. Received: 0 to 5",
        ),
        ("space", (), "needs about 64 MiB on the disk. Received: 1 MiB free"),
    ],
)
def test_bad_input_is_one_line_before_anything_is_written(run, folder, tmp_path, monkeypatch, fault, arguments, message):
    broken(folder, fault)
    if fault == "space":
        monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(2**21, 2**20, 2**20))
    before = sorted(tmp_path.rglob("*"))
    model = () if "--model" in arguments or fault == "two" else ("--model", "DCGAN")
    result = run("train", *model, "--data", "pets", *TINY, *arguments)
    assert result.returncode == 2, result.out
    assert message in result.err and result.err.startswith("error: ") and result.err.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_alpha_cmyk_palettes_16_bits_and_mixed_sizes_are_trained_on(run, folder):
    Image.new("RGBA", (90, 50), (9, 9, 9, 0)).save(folder / "a" / "alpha.png")
    Image.new("CMYK", (30, 50)).save(folder / "a" / "cmyk.jpg")
    Image.new("P", (64, 64)).save(folder / "b" / "palette.gif")
    save(folder / "b" / "deep.png", np.zeros((40, 44), "uint16"))
    dry = run("train", "--model", "auto", "--data", folder, *TINY, "--dry-run")
    assert dry.returncode == 0, dry.err
    assert "24 images (24 train), 40 x 30 to 64 x 90 pixels" in dry.out
    assert "VAE: of 24 images a GAN would learn a copy of each" in dry.out


def test_the_help_fits_a_screen(run, monkeypatch):
    monkeypatch.setattr(console, "width", 100)
    monkeypatch.setenv("COLUMNS", "100")
    lines = run("train", "--help").out.splitlines()
    assert len(lines) <= 40 and max(map(len, lines)) <= 100
    assert any("--dry-run" in line for line in lines)

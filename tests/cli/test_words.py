"""What users and the library say: arguments with "~", and messages in the options of a command."""

import json
import os

import pytest
import typer
from helpers import ANY_BACKEND

import kerasgen
from kerasgen.cli.main import app
from kerasgen.cli.words import arguments_of, with_options

pytestmark = ANY_BACKEND

GROUP = typer.main.get_group(app)


def test_the_home_folder_is_found_in_every_argument(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("USERPROFILE", "/home/me")
    given = ["train", "--data=~/photos", "-o=~/run", "-o", "~/run", "~", "--log=a~b", "data.source=x~", "--dry-run", "-n=4"]
    assert list(arguments_of(given)) == [
        *("train", "--data=/home/me/photos", "-o", "/home/me/run", "-o", "/home/me/run", "/home/me", "--log=a~b"),
        *("data.source=x~", "--dry-run", "-n", "4"),
    ]


@pytest.mark.parametrize(
    "command, message, expected",
    [
        ("train", "Images need `image_size`. Received: a", "Images need --image-size. Received: a"),
        ("train", "`learning_rate_factor` must be positive.", "--learning-rate-factor must be positive."),
        ("train", "All must be readable; skip_corrupt=True leaves", "All must be readable; --skip-corrupt leaves"),
        ("train", "training.batch_size: must be int >= 1.", "training.batch_size: must be int >= 1."),
        ("neighbors", "k must be 1 or more. Received: k=0.", "-k must be 1 or more. Received: -k 0."),
        ("outliers", "contamination must lie in (0, 0.5].", "--contamination must lie in (0, 0.5]."),
        ("translate", "`background` must be red.", "--background must be red."),
        ("export", "batch_size: must be <= 4096. Received: 5000", "--batch-size: must be <= 4096. Received: 5000"),
        ("export", "image_size[0]: must be int >= 1.", "--image-size: must be int >= 1."),
        ("export", "image_dtype='uint8' is for images.", "--image-dtype uint8 is for images."),
        ("export", "Received: /a/overwrite=True/part=x.onnx", "Received: /a/overwrite=True/part=x.onnx"),
        ("web", "Not replaced unless told to (overwrite=True).", "Not replaced unless told to (--overwrite)."),
        ("list", "k must be 1 or more.", "k must be 1 or more."),
        ("nothing", "k must be 1 or more.", "k must be 1 or more."),
    ],
)
def test_messages_speak_of_options(command, message, expected):
    assert with_options(message, GROUP, [command, "x"]) == expected


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_version(run, option):
    result = run(option)
    assert (result.returncode, result.out) == (0, f"kerasgen {kerasgen.__version__}\n")


@pytest.mark.parametrize("command", ["", *GROUP.commands])
def test_every_command_has_help(run, command):
    result = run(*command.split(), "-h")
    assert result.returncode == 0 and result.out.split()[:2] == ["Usage:", "kerasgen"], result.err


def test_list_as_json(run):
    presets = {each["name"]: each for each in json.loads(run("list", "--json").out)}
    assert list(presets) == kerasgen.list_presets()
    faces = presets["dcgan_portraits"]
    assert (faces["model"], faces["image_shape"]) == ("DCGAN", [64, 64, 3])
    assert faces["weights_bytes"] == os.path.getsize(kerasgen.presets.find_card("dcgan_portraits").with_suffix(".weights.h5"))
    assert {each["weights_bytes"] is None for each in presets.values()} == {True, False}
    assert all(each["description"] for each in presets.values())

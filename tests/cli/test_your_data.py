"""The commands of docs/your_data.md, one after another, on a tiny folder."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from helpers import ANY_BACKEND, save
from tiny import TINY

import kerasgen
from kerasgen.records import read_record
from kerasgen.training import RunRecipe

PAGE = (Path(__file__).parents[2] / "docs" / "your_data.md").read_text("utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.S) for line in block.splitlines()]
ON_TENSORFLOW = ("export", "verify")
SHORT = ("--epochs", "1", "--set", "model.channels=4", "training.batch_size=8")  # as long as a test may be


@pytest.fixture
def run_all(run, tmp_path):
    """Runs the page's commands of which a function says yes, beside a folder `photos`."""
    rng = np.random.default_rng(0)
    for index in range(20):
        save(tmp_path / "photos" / f"{index}.jpg", rng.integers(256, size=(44, 40, 3), dtype="uint8"))

    def run_all(wanted):
        chosen = [shlex.split(command) for command in COMMANDS if wanted(command.split()[1])]
        outputs = []
        for _, *words in chosen:
            result = run(*words, *(SHORT if words[0] == "train" else ()))
            assert result.returncode == 0, (words, result.err)
            outputs.append(result.out)
        return outputs

    return run_all


@ANY_BACKEND
def test_the_commands_of_the_page_train_and_use_a_preset(run_all, tmp_path):
    (tmp_path / "recipe.yaml").write_text(re.search(r"```yaml\n(.*?)```", PAGE, re.S)[1])
    assert len(run_all(lambda command: command not in ON_TENSORFLOW)) >= 6
    assert kerasgen.load(tmp_path / "runs/photos/vae_photos.json").sample(1, seed=0).shape == (1, 32, 32, 3)
    recipe = read_record(tmp_path / "runs/recipe/recipe.json", RunRecipe, "recipe of a run")
    assert (recipe.data.source, recipe.model.arguments["latent_dim"]) == ("photos", 16)


@pytest.mark.backend("tensorflow")
def test_the_commands_of_the_page_export_and_verify(run_all, tmp_path):
    (tmp_path / "runs").mkdir()
    data = {"source": "photos", "image_size": 28, "channels": 1, "held_out_fraction": 0.1}
    preset = TINY["vae"]().save_to_preset(tmp_path / "runs" / "photos", {"data": data})
    for path in preset.parent.glob(f"{preset.stem}.*"):
        path.rename(path.with_name(path.name.replace("photos", "vae_photos", 1)))
    card = tmp_path / "runs/photos/vae_photos.json"
    card.write_text(card.read_text("utf-8").replace("photos.weights", "vae_photos.weights"), "utf-8")
    *_, verified = run_all(lambda command: command in ON_TENSORFLOW)
    said = r"photos\.tflite gives the images of \S+/vae_photos\.json: PSNR [\d.]+ dB \(at least 50\), \d+ inputs, batches of 1"
    assert re.match(said, verified), verified
    assert (tmp_path / "photos.tflite.json").is_file()

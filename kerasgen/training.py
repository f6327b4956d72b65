"""Training from a card: everything the run needs is in it."""

from __future__ import annotations

from pathlib import Path

import keras

from kerasgen import data
from kerasgen.callbacks import SampleSheet
from kerasgen.card import build_model


def load_data(card: dict, split: str, **changes):
    """Gives the card's data as `ImageBatches`; `split` is the card's key, "train" or "held_out"."""
    recipe, training = card["data"], card.get("training", {})
    options = {"image_size": recipe.get("image_size"), "channels": recipe.get("channels"),
               "batch_size": training.get("batch_size", 64), "seed": training.get("seed", 0)}
    if split == "train":
        options["mirror"] = recipe.get("mirror", False)
    return data.load(recipe["source"], recipe[split], **{**options, **changes})


def train(card: dict, directory: str | Path, *, callbacks=(), verbose="auto", sheet_every: int = 1):
    """Trains the card's model with `fit` in `directory`: checkpoints (`backup/`), a log (`log.csv`), sheets (`samples/`).

    A run that was interrupted, killed too, goes on from its last checkpoint when it is called again. Returns the model.
    """
    directory = Path(directory)
    recipe = card["training"]
    train_data, held_out = load_data(card, "train"), load_data(card, "held_out")
    keras.utils.set_random_seed(recipe["seed"])
    model = build_model(card, dtype=recipe.get("dtype", "float32"))
    optimizers = {name: keras.optimizers.deserialize(o) for name, o in recipe.get("optimizers", {}).items()}
    model.compile(jit_compile=recipe.get("jit_compile", "auto"), **optimizers)
    directory.mkdir(parents=True, exist_ok=True)
    model.fit(
        train_data,
        epochs=recipe["epochs"],
        validation_data=held_out,
        verbose=verbose,
        callbacks=[
            keras.callbacks.BackupAndRestore(directory / "backup", double_checkpoint=True, delete_checkpoint=False),
            keras.callbacks.CSVLogger(directory / "log.csv", append=True),
            keras.callbacks.TerminateOnNaN(),
            SampleSheet(directory / "samples", every=sheet_every),
            *callbacks,
        ],
    )
    return model

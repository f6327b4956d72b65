"""Training from a card: everything the run needs is in it."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import keras
import numpy as np

import kerasgen.base.schedules  # noqa: F401 (cards name what it registers)
from kerasgen import presets
from kerasgen.analysis.translations import before_and_after
from kerasgen.callbacks import (
    AdaptiveResampling,
    KeepBest,
    LossCurves,
    ReconstructionGrid,
    SampleGrid,
    StopWhenDiverged,
    TensorBoard,
    TranslationGrid,
)
from kerasgen.evaluation.evaluate import evaluate
from kerasgen.evaluation.extractors import get_extractor
from kerasgen.images import COLUMNS, interleave, make_grid, save_png
from kerasgen.latent.codes import labels_in_turn
from kerasgen.presets.data import load_data
from kerasgen.presets.store import build_model


def train(
    card: dict, directory: str | Path, *, callbacks=(), verbose="auto", grid_interval: int = 1, tensorboard: bool = False
):
    """Trains the card's model with `fit` in `directory`.

    There come checkpoints (`backup/`), a log and its curves (`log.csv`, `log.png`), sheets (`samples/`), the best weights where
    the card says how they are told (`best.json`), and events for TensorBoard where they are asked for (`tensorboard/`). A run
    that was interrupted, killed too, goes on from its last checkpoint when it is called again. Returns the model.

    Raises FloatingPointError if the losses diverge.
    """
    directory = Path(directory)
    recipe = card["training"]
    if recipe["epochs"] < 1:
        raise ValueError(f"The number of epochs must be positive. Received: {recipe['epochs']}.")
    train_data, held_out = load_data(card, "train"), load_data(card, "held_out")
    keras.utils.set_random_seed(recipe["seed"])
    model = build_model(card, dtype=recipe.get("dtype", "float32"))
    model.compile(jit_compile=recipe.get("jit_compile", "auto"), **optimizers(recipe))
    resampling = [AdaptiveResampling(train_data, **recipe["resampling"])] if "resampling" in recipe else []
    best = [_keep_best(directory, train_data, **recipe["keep_best"])] if "keep_best" in recipe else []
    check_run_directory(directory, {**card, "model": presets.describe(model)})
    model.fit(
        train_data,
        epochs=recipe["epochs"],
        validation_data=held_out,
        verbose=verbose,
        callbacks=[
            keras.callbacks.BackupAndRestore(directory / "backup", double_checkpoint=True, delete_checkpoint=False),
            StopWhenDiverged(directory / "backup"),
            *best,
            keras.callbacks.CSVLogger(directory / "log.csv", append=True),
            LossCurves(directory / "log.csv", directory / "log.png", grid_interval),
            *([TensorBoard(directory / "tensorboard", lambda model: {"pictures": _picture(model)})] if tensorboard else ()),
            *_sheets(model, directory, held_out, grid_interval),
            *resampling,
            *callbacks,
        ],
    )
    return model


def _keep_best(directory: Path, train_data, extractor: str, images: int = 10_000, **options) -> KeepBest:
    """Against the first `images` of the training data."""
    return KeepBest(directory, train_data.images(slice(images)), get_extractor(extractor), **options)


def _sheets(model, directory: Path, held_out, every: int) -> list:
    sheets = []
    if hasattr(model, "sample"):
        sheets.append(SampleGrid(directory / "samples", every=every))
    if hasattr(model, "reconstruct"):
        sheets.append(ReconstructionGrid(directory / "reconstructions", held_out.images(slice(32)), every))
    if hasattr(model, "translate"):
        sheets.append(TranslationGrid(directory / "translations", held_out, every))
    return sheets


def optimizers(recipe: dict) -> dict[str, keras.optimizers.Optimizer]:
    """Builds the optimizers of a card's section "training", by phase; raises ValueError for what is no configuration."""
    try:  # Keras builds what is nested in a config in place
        configs = copy.deepcopy(recipe.get("optimizers", {}))
        return {name: keras.optimizers.deserialize(config) for name, config in configs.items()}
    except TypeError as error:
        raise ValueError(
            f"The card's optimizers must be configurations of Keras's. Received: {recipe['optimizers']} "
            f"({str(error).splitlines()[0]})."
        ) from None


def train_preset(card: dict, directory: str | Path, **options) -> Path:
    """Trains, measures on the held-out data, and saves the preset in `directory`; gives its card's path.

    The weights are the last ones, or the best where the card says how they are told ("keep_best").
    """
    directory = Path(directory)
    model = train(card, directory, **options)
    if "keep_best" in card["training"]:
        model = presets.load(directory / "best.json")
    path = presets.save(
        model, directory / card["name"], card=card, overwrite=True, bits=card["training"].get("significant_bits")
    )
    trained = presets.load(path)
    presets.write_card(path, {**trained.card, "metrics": evaluate(trained, trained.card)})
    picture = _picture(trained)
    if picture is not None:
        save_png(directory / f"{card['name']}.png", picture)
    return path


def _picture(model) -> np.ndarray | None:
    """A preset's picture: samples, or held-out images and what became of them; None for a model that draws none.

    Of a detector reconstructions too: it learned the rare far oftener than they come, so that its samples are none of the data.
    """
    if hasattr(model, "sample") and not hasattr(model, "classify"):
        return make_grid(model.sample(64, seed=0, labels=labels_in_turn(64, model.num_classes)))
    if hasattr(model, "translate"):
        return make_grid(before_and_after(model, load_data(model.card, "held_out")), COLUMNS)
    if not hasattr(model, "reconstruct"):
        return None
    images = load_data(model.card, "held_out", drop_remainder=False).images(slice(32))
    return make_grid(interleave(images, model.reconstruct(images)), COLUMNS)


def check_run_directory(directory: Path, card: dict) -> None:
    """Makes the folder of a run, or checks that it is this card's: only the number of epochs may change.

    Raises ValueError if another card's run is in it.
    """
    same = {"model": card["model"], "data": card["data"], "training": {**card["training"], "epochs": None}}
    same = json.loads(json.dumps(same))  # tuples become lists
    mark = directory / "recipe.json"
    if mark.is_file() and json.loads(mark.read_text("utf-8")) != same:
        raise ValueError(
            f"A folder holds the run of one card; another goes to another folder. Received: {directory}, which "
            "holds a run of another recipe."
        )
    directory.mkdir(parents=True, exist_ok=True)
    mark.write_text(json.dumps(same), "utf-8")

"""The directory of a run, and the recipe that identifies the run in it."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import msgspec

from kerasgen.base.model import GenerativeModel
from kerasgen.presets import describe
from kerasgen.presets.card import Card, DataSection, ModelSection, TrainingSection
from kerasgen.presets.data import data_of, training_of
from kerasgen.records import Record, read_record, write_record

RECIPE = "recipe.json"
RESERVED = ("recipe", "best")  # the names of files in a run, which its preset cannot have
COPIES = 4  # of all variables: two checkpoints, one that is being written, and the preset
SPARE = 64 * 2**20  # bytes for grids and logs


class RunRecipe(Record, frozen=True):
    """What a run directory holds to recognize its run: all of the recipe but the number of epochs, which may change."""

    model: ModelSection
    data: DataSection
    training: TrainingSection


def check_run_directory(directory: Path, card: Card, model: GenerativeModel) -> None:
    """Creates the directory of a run of `card`, or checks that it is this card's: only the number of epochs may change.

    Raises ValueError if it holds the run of another recipe, if the disk has no space for the run, and for a card with the name
    of a file of runs.
    """
    training = msgspec.structs.replace(training_of(card), epochs=1)
    recipe = RunRecipe(model=describe(model), data=data_of(card), training=training)
    recipe = msgspec.json.decode(msgspec.json.encode(recipe), type=RunRecipe)  # tuples become lists, as in the file
    if card.name in RESERVED:
        raise ValueError(f"A run has files of its own of the names {', '.join(RESERVED)}. Received: a card named {card.name}.")
    path = directory / RECIPE
    if path.is_file() and read_record(path, RunRecipe, "recipe of a run") != recipe:
        raise ValueError(
            f"A directory holds the run of one recipe; another needs its own. Received: {directory}, which holds another run."
        )
    _check_space(directory, model)
    directory.mkdir(parents=True, exist_ok=True)
    write_record(path, recipe)


def check_place(directory: Path, source: Path | None = None) -> None:
    """Raises ValueError unless a directory is new, empty, or that of a run, and lies outside the folder of the data."""
    if directory.exists() and not directory.is_dir():
        raise ValueError(f"A run needs a folder. Received: {directory}, a file.")
    if directory.is_dir() and any(directory.iterdir()) and not (directory / RECIPE).is_file():
        raise ValueError(
            f"The folder of a run must be new or empty, or hold that run. Received: {directory}, with other files."
        )
    if source is not None and source.is_dir() and directory.resolve().is_relative_to(source.resolve()):
        raise ValueError(f"A run must not lie in its data, or its grids become training images. Received: {directory}.")


def _check_space(directory: Path, model: GenerativeModel) -> None:
    place = next(path for path in (directory, *directory.absolute().parents) if path.exists())
    variables = {id(each): each for each in (*model.variables, *model.optimizer.variables)}.values()
    needed = COPIES * 4 * sum(math.prod(each.shape) for each in variables) + SPARE
    free = shutil.disk_usage(place).free
    if free < needed:
        raise ValueError(
            f"A run of this model needs about {needed >> 20:,} MiB on the disk. Received: {free >> 20:,} MiB free at {place}."
        )

"""The directory of a run, and the recipe that identifies the run in it."""

from __future__ import annotations

import contextlib
import math
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from kerasgen.base.model import GenerativeModel
from kerasgen.callbacks.checkpoints import newest
from kerasgen.files import is_own, locked, make_folder, remove_unfinished
from kerasgen.presets import describe
from kerasgen.presets.card import Card, DataSection, ModelSection, TrainingSection
from kerasgen.presets.data import data_of, training_of
from kerasgen.records import Record, read_record, write_record

RECIPE = "recipe.json"
CHECKPOINTS = "backup"
RESERVED = ("recipe", "best")  # the names of files in a run, which its preset cannot have
COPIES = 4  # of all variables: two checkpoints, one that is being written, and the preset
SPARE = 64 * 2**20  # bytes for grids and logs


class RunRecipe(Record, frozen=True):
    """What a run directory holds to recognize its run: all of the recipe but the number of epochs, which may change.

    Learning rates may change from an epoch on that was not trained.
    """

    model: ModelSection
    data: DataSection
    training: TrainingSection


@contextlib.contextmanager
def hold_run_directory(directory: Path, card: Card, model: GenerativeModel) -> Iterator[None]:
    """Creates the directory of a run of `card`, or checks that it is this card's, and holds it for this process.

    Only the number of epochs may change, and the learning rates of epochs that were not trained. What a process that was
    killed left half-written there goes.

    Raises ValueError if it holds the run of another recipe, if the disk has no space for the run, and for a card with the name
    of a file of runs; BlockingIOError if another process trains there, WriteError if it cannot be written.
    """
    training = msgspec.structs.replace(training_of(card), epochs=1)
    recipe = RunRecipe(model=describe(model), data=data_of(card), training=training)
    recipe = msgspec.json.decode(msgspec.json.encode(recipe), type=RunRecipe)  # tuples become lists, as in the file
    if card.name in RESERVED:
        raise ValueError(f"A run has files of its own of the names {', '.join(RESERVED)}. Received: a card named {card.name}.")
    _check_recipe(directory, recipe)
    _check_space(directory, model)
    with locked(make_folder(directory)):
        _check_recipe(directory, recipe)  # of a process that was there first
        remove_unfinished(directory)
        write_record(directory / RECIPE, recipe)
        yield


def read_recipe(directory: Path) -> RunRecipe | None:
    """Gives the recipe of the run in a directory; None where there is none."""
    path = directory / RECIPE
    return read_record(path, RunRecipe, "recipe of a run") if path.is_file() else None


def _check_recipe(directory: Path, recipe: RunRecipe) -> None:
    begun = read_recipe(directory)
    done = newest(directory / CHECKPOINTS).epochs
    if begun is not None and _done(begun, done) != _done(recipe, done):
        raise ValueError(
            f"A directory holds the run of one recipe; another needs its own. Received: {directory}, which holds another run."
        )


def _done(recipe: RunRecipe, epochs: int) -> RunRecipe:
    """The recipe without what begins after so many epochs."""
    changes = tuple(change for change in recipe.training.rate_changes if change.epoch < epochs)
    return msgspec.structs.replace(recipe, training=msgspec.structs.replace(recipe.training, rate_changes=changes))


def check_place(directory: Path, source: Path | None = None) -> None:
    """Raises ValueError unless a directory is new, empty, or that of a run, and lies outside the folder of the data."""
    if directory.exists() and not directory.is_dir():
        raise ValueError(f"A run needs a folder. Received: {directory}, a file.")
    others = [path for path in directory.iterdir() if not is_own(path)] if directory.is_dir() else []
    if others and not (directory / RECIPE).is_file():
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

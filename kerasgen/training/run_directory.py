"""The directory of a run, and the recipe that identifies the run in it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from kerasgen.base.model import GenerativeModel
from kerasgen.presets import describe
from kerasgen.presets.card import Card, DataSection, ModelSection, TrainingSection
from kerasgen.presets.data import data_of, training_of
from kerasgen.records import Record, read_record, write_record

RECIPE = "recipe.json"


class RunRecipe(Record, frozen=True):
    """What a run directory holds to recognize its run: all of the recipe but the number of epochs, which may change."""

    model: ModelSection
    data: DataSection
    training: TrainingSection


def check_run_directory(directory: Path, card: Card, model: GenerativeModel) -> None:
    """Creates the directory of a run of `card`, or checks that it is this card's: only the number of epochs may change.

    Raises ValueError if it holds the run of another recipe.
    """
    training = msgspec.structs.replace(training_of(card), epochs=1)
    recipe = RunRecipe(model=describe(model), data=data_of(card), training=training)
    recipe = msgspec.json.decode(msgspec.json.encode(recipe), type=RunRecipe)  # tuples become lists, as in the file
    path = directory / RECIPE
    if path.is_file() and read_record(path, RunRecipe, "recipe of a run") != recipe:
        raise ValueError(
            f"A directory holds the run of one recipe; another needs its own. Received: {directory}, which holds another run."
        )
    directory.mkdir(parents=True, exist_ok=True)
    write_record(path, recipe)

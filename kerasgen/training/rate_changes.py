"""Going on with other learning rates, as the card records it."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec

from kerasgen.callbacks.checkpoints import newest
from kerasgen.presets.card import Card, RateChange
from kerasgen.presets.data import training_of
from kerasgen.training.run_directory import CHECKPOINTS, read_recipe


def resolve_rate_changes(card: Card, directory: Path, factor: float | None = None) -> Card:
    """Gives the card with what the run in `directory` recorded, and with learning rates changed from its next epoch on.

    Args:
        card: to train.
        directory: of the run.
        factor: of the learning rates of the recipe; None to go on with those of the run.

    Raises ValueError for a factor that is not a positive number.
    """
    if factor is not None and not (math.isfinite(factor) and factor > 0):
        raise ValueError(f"`learning_rate_factor` must be a positive number. Received: {factor}.")
    recipe, begun = training_of(card), read_recipe(directory)
    changes = recipe.rate_changes or (begun.training.rate_changes if begun else ())
    if factor is not None:
        done = newest(directory / CHECKPOINTS).epochs
        changes = tuple(change for change in changes if change.epoch < done)
        if factor != (changes[-1].factor if changes else 1.0):
            changes = (*changes, RateChange(epoch=done, factor=factor))
    return msgspec.structs.replace(card, training=msgspec.structs.replace(recipe, rate_changes=changes))

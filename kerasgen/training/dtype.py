"""The dtype of a run whose card leaves it open."""

from __future__ import annotations

from pathlib import Path

import msgspec

from kerasgen.backend.dtype import choose_dtype
from kerasgen.presets import find_class
from kerasgen.presets.card import Card
from kerasgen.presets.data import training_of
from kerasgen.training.run_directory import read_recipe


def resolve_dtype(card: Card, directory: str | Path | None = None) -> tuple[Card, str | None]:
    """Replaces the dtype "auto" of a card by the one to train in here; gives the card and what to say of the choice.

    A run that goes on in `directory` keeps its dtype. Other cards come back as they are, with nothing to say.
    """
    recipe = training_of(card)
    if recipe.dtype != "auto":
        return card, None
    begun = read_recipe(Path(directory)) if directory else None
    if begun is not None:
        dtype, reason = begun.training.dtype, "as the run began"
    else:
        cls = find_class(card.model.class_)
        dtype, reason = choose_dtype(cls.__name__, cls.trains_in_bfloat16)
    resolved = msgspec.structs.replace(card, training=msgspec.structs.replace(recipe, dtype=dtype))
    return resolved, f"dtype: {dtype} ({reason})"

"""The card of a model, for analyses that need its training data."""

from __future__ import annotations

from kerasgen.base.model import GenerativeModel
from kerasgen.presets.card import Card


def card_of(model: GenerativeModel) -> Card:
    """Gives the card of a model; raises ValueError for a model without."""
    if model.card is None:
        raise ValueError(
            "This needs the training data that a preset's card names. "
            f"Received: {type(model).__name__} without a card; `kerasgen.load` gives a model with one."
        )
    return model.card

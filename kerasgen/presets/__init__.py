"""Presets: cards and the trained weights beside them, by name or path."""

from kerasgen.presets.card import Card
from kerasgen.presets.catalog import check_weights, find_card, list_presets, read_card, write_card
from kerasgen.presets.data import load_data
from kerasgen.presets.store import build_model, describe, find_class, load, save

__all__ = [
    "Card",
    "build_model",
    "check_weights",
    "describe",
    "find_card",
    "find_class",
    "list_presets",
    "load",
    "load_data",
    "read_card",
    "save",
    "write_card",
]

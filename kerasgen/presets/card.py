"""A card: configuration, recipe and results of a preset in one JSON file."""

from __future__ import annotations

import json
import os
from pathlib import Path

from kerasgen.errors import unknown_name
from kerasgen.files import sha256
from kerasgen.zoo_folder import zoo_folder

SECTIONS = {
    "name",
    "description",
    "model",
    "data",
    "training",
    "evaluation",
    "metrics",
    "paper",
    "license",
    "limitations",
    "weights",
}


def read_card(path: str | Path) -> dict:
    """Reads a card and checks its form.

    Raises ValueError for a file that is no JSON, lacks a section or names one that cards do not have, an unknown class,
    or an argument that the class does not take.
    """
    path = Path(path)
    try:
        card = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"A card must be a readable JSON file. Received: {path} ({error}).") from None
    if not isinstance(card, dict) or "model" not in card:
        raise ValueError(f"A card must be a JSON object with a section 'model'. Received: {path}.")
    for section in card:
        if section not in SECTIONS:
            raise unknown_name("section of a card", section, SECTIONS)
    return card


def list_presets(trained: bool = False) -> list[str]:
    """Gives the names of the zoo's cards; `trained` leaves out recipes, which have no weights."""
    return sorted(path.stem for path in zoo_folder().glob("*.json") if not trained or "weights" in read_card(path))


def find_card(name_or_path: str | Path) -> Path:
    """Gives the path of a card, from a preset's name or a path (`.json` may be left out).

    Raises ValueError for a name that the zoo does not have.
    """
    path = Path(name_or_path)
    for candidate in (path, path.with_name(path.name + ".json"), zoo_folder() / f"{name_or_path}.json"):
        if candidate.suffix == ".json" and candidate.is_file():
            return candidate
    raise unknown_name("preset", str(name_or_path), list_presets())


def check_weights(path: Path, card: dict) -> Path:
    """Gives the path of a card's weights, beside it.

    Raises ValueError if the card has none, or if the file is missing or is not the one that the card describes (sha256).
    """
    about = card.get("weights")
    if not about:
        raise ValueError(
            f"A preset needs trained weights. Received: {path.name}, a recipe without; `kerasgen train {path.stem}` makes them."
        )
    weights = path.parent / about["file"]
    if not weights.is_file():
        raise ValueError(
            "The weights must lie beside their card; the zoo's come with the package kerasgen-zoo. "
            f"Received: no file {weights}."
        )
    size = weights.stat().st_size
    if size != about["bytes"]:
        raise ValueError(
            f"The weights must have the card's size, {about['bytes']} bytes: the file is truncated or not the "
            f"card's. Received: {size} bytes in {weights}."
        )
    digest = sha256(weights)
    if digest != about["sha256"]:
        raise ValueError(
            f"The weights must have the card's sha256, {about['sha256']}: the file was altered. "
            f"Received: {digest} for {weights}."
        )
    return weights


def write_card(path: Path, card: dict) -> None:
    """Writes a card beside and renames it."""
    beside = path.with_name(f".{os.getpid()}.{path.name}")
    beside.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", "utf-8")
    beside.replace(path)

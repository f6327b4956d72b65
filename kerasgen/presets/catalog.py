"""Where cards are: by a preset's name, or the path of a card or of the folder that holds it."""

from __future__ import annotations

from pathlib import Path

from kerasgen.errors import unknown_name
from kerasgen.files import sha256
from kerasgen.presets.card import Card
from kerasgen.records import read_record, write_record
from kerasgen.zoo_folder import zoo_folder

SCHEMA = "card.schema.json"


def read_card(path: str | Path) -> Card:
    """Reads a card; raises ValueError for a file that is not JSON, and for unknown and missing keys and wrong types."""
    return read_record(path, Card, "card")


def write_card(path: str | Path, card: Card) -> None:
    """Writes a card, beside and renamed; it names its schema where that lies beside it."""
    write_record(path, card, SCHEMA if Path(path).with_name(SCHEMA).exists() else None)


def list_presets(trained: bool = False) -> list[str]:
    """Gives the names of the zoo's cards; `trained` leaves out recipes, which have no weights."""
    paths = [path for path in zoo_folder().glob("*.json") if path.name != SCHEMA]
    return sorted(path.stem for path in paths if not trained or read_card(path).weights)


def find_card(name_or_path: str | Path) -> Path:
    """Gives the path of a card.

    Args:
        name_or_path: a preset's name, the path of a card (`.json` may be left out), or a folder with one preset in it.

    Raises ValueError for a name that the zoo does not have.
    """
    path = Path(name_or_path)
    in_folder = [path / f"{path.resolve().name}.json", *_with_weights(path)] if path.is_dir() else []
    for candidate in (path, Path(f"{path}.json"), *in_folder, zoo_folder() / f"{name_or_path}.json"):
        if candidate.suffix == ".json" and candidate.is_file():
            return candidate
    raise unknown_name("preset", str(name_or_path), list_presets())


def _with_weights(folder: Path) -> list[Path]:
    """The only preset of a folder."""
    found = [path for path in folder.glob("*.json") if path.with_suffix(".weights.h5").is_file()]
    return found if len(found) == 1 else []


def check_weights(path: Path, card: Card) -> Path:
    """Gives the path of a card's weights, beside it.

    Raises ValueError if the card has none, or if the file is missing or is not the one that the card describes (sha256).
    """
    about = card.weights
    if about is None:
        raise ValueError(
            f"A preset needs trained weights. Received: {path.name}, a recipe without; `kerasgen train {path.stem}` makes them."
        )
    weights = path.parent / about.file
    if not weights.is_file():
        raise ValueError(
            "The weights must lie beside their card; the zoo's come with the package kerasgen-zoo. "
            f"Received: no file {weights}."
        )
    size = weights.stat().st_size
    if size != about.bytes:
        raise ValueError(
            f"The weights must have the card's size, {about.bytes} bytes: the file is truncated or not the "
            f"card's. Received: {size} bytes in {weights}."
        )
    digest = sha256(weights)
    if digest != about.sha256:
        raise ValueError(
            f"The weights must have the card's sha256, {about.sha256}: the file was altered. Received: {digest} for {weights}."
        )
    return weights

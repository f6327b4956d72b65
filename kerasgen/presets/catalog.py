"""Where cards are: by a preset's name, or the path of a card or of the folder that holds it."""

from __future__ import annotations

from pathlib import Path

from kerasgen.errors import unknown_name
from kerasgen.files import sha256, user_path
from kerasgen.presets.card import Card
from kerasgen.records import beside, read_record, write_record
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
    path = user_path(name_or_path)
    try:
        folder = path.is_dir()
        in_folder = [path / f"{path.resolve().name}.json", *_with_weights(path)] if folder else []
        only = in_folder if len(in_folder) < 3 else in_folder[:1]
        for candidate in (path, Path(f"{path}.json"), *only, zoo_folder() / f"{name_or_path}.json"):
            if candidate.suffix == ".json" and candidate.name != SCHEMA and candidate.is_file():
                return candidate
    except OSError:  # a name that no file can have
        folder, in_folder = False, []
    if len(in_folder) > 2:
        names = ", ".join(sorted(each.name for each in in_folder[1:]))
        raise ValueError(f"A folder is named for the one preset in it. Received: {path}, which holds {names}.")
    kind = "preset, and a folder without one" if folder else "preset, and no card or folder"
    raise unknown_name(kind, str(name_or_path)[:100], list_presets())


def _with_weights(folder: Path) -> list[Path]:
    """The presets of a folder."""
    return [path for path in folder.glob("*.json") if path.with_suffix(".weights.h5").is_file()]


def check_weights(path: Path, card: Card) -> Path:
    """Gives the path of a card's weights, beside it.

    Raises ValueError if the card has none, or if the file is missing, a link out of the folder, or not the one that the card
    describes (sha256).
    """
    about = card.weights
    if about is None:
        raise ValueError(
            f"A preset needs trained weights. Received: {path.name}, a recipe without; `kerasgen train {path.stem}` makes them."
        )
    weights = beside(path, about.file, "The weights")
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

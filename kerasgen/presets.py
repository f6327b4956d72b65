"""The zoo: cards with trained weights, by name or path. Keras is loaded with the first model, not before."""

from __future__ import annotations

import json
import os
from pathlib import Path

from kerasgen.card import build_model, read_card
from kerasgen.checksum import sha256
from kerasgen.errors import unknown_name
from kerasgen.zoo_folder import zoo_folder


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
        raise ValueError(f"A preset needs trained weights. Received: {path.name}, a recipe without; "
                         f"`kerasgen train {path.stem}` makes them.")
    weights = path.parent / about["file"]
    if not weights.is_file():
        raise ValueError("The weights must lie beside their card; the zoo's come with the package kerasgen-zoo. "
                         f"Received: no file {weights}.")
    size = weights.stat().st_size
    if size != about["bytes"]:
        raise ValueError(f"The weights must have the card's size, {about['bytes']} bytes: the file is truncated or not the "
                         f"card's. Received: {size} bytes in {weights}.")
    digest = sha256(weights)
    if digest != about["sha256"]:
        raise ValueError(f"The weights must have the card's sha256, {about['sha256']}: the file was altered. "
                         f"Received: {digest} for {weights}.")
    return weights


def load(name_or_path: str | Path):
    """Loads a preset: its model with trained weights, ready to `sample`, `encode`, ...; its card is `model.card`.

    Raises ValueError for an unknown name, a faulty card, and weights that are missing, truncated or altered.
    """
    path = find_card(name_or_path)
    card = read_card(path)
    weights = check_weights(path, card)
    model = build_model(card)
    model.load_weights(weights)
    model.card = card
    return model


def save(model, path: str | Path, card: dict | None = None, overwrite: bool = False,
         bits: dict[str, int] | None = None) -> Path:
    """Writes `<path>.json`, a card, and `<path>.weights.h5`: with the moving average where an optimiser keeps one.

    Args:
        path: where; an ending `.json` may be left out.
        card: sections to write beside the model's own ("description", "data", "training", "licence", ...).
        overwrite: replace existing files.
        bits: significant bits of the weights of a network, by its name, for a smaller file; all 24 where it has none.

    Returns:
        The card's path. Raises ValueError, before anything is written, if a file exists or the folder does not.
    """
    path = Path(path)
    path = path if path.suffix == ".json" else path.with_name(path.name + ".json")
    weights = path.with_name(path.stem + ".weights.h5")
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise ValueError(f"A preset needs an existing folder that can be written. Received: {path.parent}.")
    taken = [str(file) for file in (path, weights) if file.exists()]
    if taken and not overwrite:
        raise ValueError(f"A preset does not replace files unless overwrite=True. Received: {', '.join(taken)}.")
    strangers = sorted(set(bits or ()) - {network.name for network in _networks(model)})
    if strangers:
        raise ValueError(f"bits must name networks of the model. Received: {', '.join(strangers)}.")
    from kerasgen.weights_file import pack, rounded  # h5py, which runtimes lack

    described = describe(model)
    plain = type(model)(**described["arguments"])  # float32, without the optimiser's slots
    for network in _networks(model):
        weights_of = model.averaged(network).get_weights()
        if network.name in (bits or {}):
            weights_of = [rounded(weight, bits[network.name]) for weight in weights_of]
        getattr(plain, network.name).set_weights(weights_of)
    beside = weights.with_name(f".{os.getpid()}.{weights.name}")
    try:
        plain.save_weights(beside)
        pack(beside)
        content = {
            "name": path.stem,
            **(card or getattr(model, "card", None) or {}),
            "model": described,
            "weights": {"file": weights.name, "sha256": sha256(beside), "bytes": beside.stat().st_size},
        }
        beside.replace(weights)
    finally:
        beside.unlink(missing_ok=True)
    write_card(path, {**content, "name": path.stem})
    return path


def describe(model) -> dict:
    """Gives a card's section "model": the class and all its arguments."""
    return {"class": type(model).__name__, "arguments": {name: getattr(model, name) for name in model.arguments()}}


def _networks(model) -> list:
    return [network for phase in model.phases for network in phase.networks]


def write_card(path: Path, card: dict) -> None:
    """Writes a card beside and renames it."""
    beside = path.with_name(f".{os.getpid()}.{path.name}")
    beside.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", "utf-8")
    beside.replace(path)

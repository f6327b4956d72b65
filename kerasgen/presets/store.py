"""Presets: models with trained weights, loaded from and saved to a card. Keras is loaded with the first model, not before."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

from kerasgen.errors import unknown_name
from kerasgen.files import sha256
from kerasgen.presets.card import check_weights, find_card, read_card, write_card


def find_class(name: str) -> type:
    """Gives the model class that is registered with Keras as `name`, or as "package>name" for one of another package.

    Raises ValueError for a name that no imported class has.
    """
    import keras

    importlib.import_module("kerasgen.models")  # registers the library's own; by its name, as models stand above presets
    registered = keras.saving.get_custom_objects()
    prefix = "kerasgen>"
    cls = registered.get(name if ">" in str(name) else f"{prefix}{name}")
    if not isinstance(cls, type) or not issubclass(cls, keras.Model):
        known = [
            key.removeprefix(prefix)
            for key, each in registered.items()
            if isinstance(each, type) and issubclass(each, keras.Model)
        ]
        raise unknown_name("model class in the card", name, known)
    return cls


def build_model(card: dict, **overrides):
    """Builds the untrained model of a card; `overrides` replace single arguments.

    Raises ValueError for an unknown class or argument.
    """
    cls = find_class(card["model"].get("class"))
    name = cls.__name__
    arguments = {**card["model"].get("arguments", {}), **overrides}
    known = cls.arguments()
    for argument in arguments:
        if argument not in (*known, "dtype", "name"):
            raise unknown_name(f"argument of {name} in the card", argument, known)
    if "image_shape" not in arguments:
        raise ValueError(f"The card's arguments of {name} must name image_shape. Received: {sorted(arguments)}.")
    return cls(**arguments)


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


def save(
    model, path: str | Path, card: dict | None = None, overwrite: bool = False, bits: dict[str, int] | None = None
) -> Path:
    """Writes `<path>.json`, a card, and `<path>.weights.h5`: with the moving average where an optimizer keeps one.

    Args:
        path: where; an ending `.json` may be left out.
        card: sections to write beside the model's own ("description", "data", "training", "license", ...).
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
    from kerasgen.presets.weights import pack, rounded  # h5py, which runtimes lack

    described = describe(model)
    plain = type(model)(**described["arguments"])  # float32, without the optimizer's slots
    for network in _networks(model):
        weights_of = model.ema_network(network).get_weights()
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

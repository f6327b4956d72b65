"""Presets: models with trained weights, loaded from and saved to a card. Keras is loaded with the first model, not before."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kerasgen.errors import unknown_name
from kerasgen.files import atomic_write, sha256
from kerasgen.presets.card import Card, ModelSection, TrainingSection, WeightsSection
from kerasgen.presets.catalog import check_weights, find_card, read_card, write_card
from kerasgen.records import convert, to_dict

if TYPE_CHECKING:
    import keras

    from kerasgen.base.model import GenerativeModel


PREFIX = "kerasgen>"  # of the library's own classes, left out in cards


def find_class(name: str) -> type[GenerativeModel]:
    """Gives the model class that is registered with Keras as `name`, or as "package>name" for one of another package.

    Raises ValueError for a name that no imported class has.
    """
    import keras

    importlib.import_module("kerasgen.models")  # registers the library's own; by its name, as models stand above presets
    registered = keras.saving.get_custom_objects()
    cls = registered.get(name if ">" in str(name) else f"{PREFIX}{name}")
    if not isinstance(cls, type) or not issubclass(cls, keras.Model):
        known = [
            key.removeprefix(PREFIX)
            for key, each in registered.items()
            if isinstance(each, type) and issubclass(each, keras.Model)
        ]
        raise unknown_name("model class in the card", name, known)
    return cls


def build_model(card: Card, **overrides: object) -> GenerativeModel:
    """Builds the untrained model of a card; `overrides` replace single arguments.

    Raises ValueError for an unknown class, and for an argument that is unknown, missing or of a wrong type.
    """
    return find_class(card.model.class_).from_config({**card.model.arguments, **overrides})


def load(name_or_path: str | Path, load_weights: bool = True) -> GenerativeModel:
    """Loads a preset: its model with trained weights, ready to `sample`, `encode`, ...; its card is `model.card`.

    Args:
        name_or_path: a preset's name, the path of its card, or the folder that it is in.
        load_weights: False for the untrained model, of a recipe too.

    Raises ValueError for an unknown name, a faulty card, and weights that are missing, truncated or altered.
    """
    path = find_card(name_or_path)
    card = read_card(path)
    weights = check_weights(path, card) if load_weights else None
    model = build_model(card)
    if weights is not None:
        try:
            model.load_weights(weights)
        except Exception as error:  # of HDF5, of Keras: whatever is wrong with the file
            raise ValueError(f"The weights must be those of the card's model. Received: {weights} ({error}).") from error
        model.init = card.name
    model.card = card
    return model


def save(
    model: GenerativeModel,
    path: str | Path,
    card: Card | Mapping[str, object] | None = None,
    overwrite: bool = False,
    bits: Mapping[str, int] | None = None,
) -> Path:
    """Writes `<path>.json`, a card, and `<path>.weights.h5`: with the moving average where an optimizer keeps one.

    Args:
        model: whose sampling weights are written.
        path: where; an ending `.json` may be left out.
        card: what to write beside the model and its weights ("description", "data", "training", "license", ...): a card or
            sections of one, without the metrics of a card that has weights, which are theirs. None for those of `model.card`
            without its metrics. Of a model that was trained further only "paper" and "license" are taken from `model.card`,
            and `training.init` names it.
        overwrite: replace existing files.
        bits: significant bits of the weights of a network, by its name, for a smaller file; all 24 where it has none.

    Returns:
        The card's path. Raises ValueError, before anything is written, if a file exists, the folder does not, or `card` is not
        one.
    """
    path = Path(path)
    path = path if path.suffix == ".json" else path.with_name(path.name + ".json")
    weights = path.with_name(path.stem + ".weights.h5")
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise ValueError(f"A preset needs an existing folder that can be written. Received: {path.parent}.")
    taken = [str(file) for file in (path, weights) if file.exists()]
    if taken and not overwrite:
        raise ValueError(f"A preset does not replace files unless overwrite=True. Received: {', '.join(taken)}.")
    strangers = sorted(set(bits or ()) - {network.name for network in networks_of(model)})
    if strangers:
        raise ValueError(f"bits must name networks of the model. Received: {', '.join(strangers)}.")
    described = describe(model)
    content = _sections(model, card) | {"name": path.stem, "model": to_dict(described)}
    about = convert({**content, "weights": None}, Card)
    to_dict(about)  # refuses what JSON cannot hold
    if _tuned(model):
        recipe = about.training or TrainingSection()
        about = msgspec.structs.replace(about, training=msgspec.structs.replace(recipe, init=recipe.init or model.init))
    from kerasgen.presets.weights import pack, rounded  # h5py, which runtimes lack

    plain = type(model).from_config(described.arguments)  # float32, without the optimizer's slots
    for network in networks_of(model):
        weights_of = model.ema_network(network).get_weights()
        if bits and network.name in bits:
            weights_of = [rounded(weight, bits[network.name]) for weight in weights_of]
        getattr(plain, network.name).set_weights(weights_of)
    with atomic_write(weights) as beside, atomic_write(path) as card_beside:  # both at the end, or none
        plain.save_weights(beside)
        pack(beside)
        described_file = WeightsSection(file=weights.name, sha256=sha256(beside), bytes=beside.stat().st_size)
        write_card(card_beside, msgspec.structs.replace(about, weights=described_file))
    return path


def _sections(model: GenerativeModel, card: Card | Mapping[str, object] | None) -> dict[str, object]:
    of_preset = to_dict(model.card) if model.card else {}
    if not isinstance(card, (Card, Mapping, type(None))):
        raise ValueError(f"card must be a card or sections of one. Received: {card!r}.")
    given = of_preset if card is None else to_dict(card) if isinstance(card, Card) else dict(card)
    if card is None or given.get("weights"):
        given = {**given, "metrics": {}}  # those of the weights that the card describes
    if not _tuned(model):
        return given
    # What is true of any weights of the model, and what binds who shares weights made of the preset's.
    kept = {name: section for name, section in of_preset.items() if name in ("paper", "license")}
    return kept if card is None else {**kept, **given}


def _tuned(model: GenerativeModel) -> bool:
    """Whether a model is from a preset and has other weights by now: trained further, or made for other arguments."""
    trained = model.compiled and int(model.optimizer.iterations) > 0
    return model.init is not None and (trained or model.card is None or model.card.weights is None)


def describe(model: GenerativeModel) -> ModelSection:
    """Gives a card's section "model": the class, by its registered name, and all its arguments.

    Raises ValueError for a class that is not registered with Keras, which no card could name.
    """
    import keras

    cls = type(model)
    name = keras.saving.get_registered_name(cls)
    if keras.saving.get_registered_object(name) is not cls:
        raise ValueError(
            "The class of a preset must be registered, by @keras.saving.register_keras_serializable(package). "
            f"Received: {cls.__name__}."
        )
    arguments = {name: getattr(model, name) for name in model.arguments()}
    return ModelSection(class_=name.removeprefix(PREFIX), arguments=arguments)


def networks_of(model: GenerativeModel) -> list[keras.Model]:
    """Gives the networks that a model trains."""
    return [network for phase in model.phases for network in phase.networks]

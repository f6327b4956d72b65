"""Presets: models with trained weights, loaded from and saved to a card. Keras is loaded with the first model, not before."""

from __future__ import annotations

import glob
import hashlib
import importlib
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from kerasgen.errors import reason, unknown_name
from kerasgen.files import atomic_write, user_path
from kerasgen.presets.card import Card, ModelSection, TrainingSection, WeightsSection
from kerasgen.presets.catalog import check_weights, find_card, read_card, write_card
from kerasgen.records import convert, to_dict
from kerasgen.runtime.child import call_apart
from kerasgen.zoo_folder import zoo_folder

if TYPE_CHECKING:
    import keras

    from kerasgen.base.model import GenerativeModel


OF_KERAS = {"name", "dtype", "trainable"}  # arguments of any Keras model, which are no hyperparameters
UNPACKED, ROOM = 256, 64 * 2**20  # how much larger than their file weights may be in memory
WEIGHTS = ".weights.h5"  # the ending of their files
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
    """Builds the untrained model of a card, in float32; `overrides` replace single arguments, and the dtype.

    Raises ValueError for an unknown class, for an argument that is unknown, missing, of a wrong type or out of range, and for
    a model whose weights take more than the memory of the machine, or could not lie in the file of weights of the card.
    """
    from kerasgen.presets.memory import build_within, memory, readable  # Keras

    cls = find_class(card.model.class_)
    arguments = dict(card.model.arguments)
    if strangers := sorted(arguments.keys() & OF_KERAS):  # which an override may give
        raise unknown_name("argument of a model in the card", strangers[0], cls.arguments())
    config = {"dtype": "float32", **arguments, **overrides}
    limit = memory() if card.weights is None else min(memory(), UNPACKED * card.weights.bytes + ROOM)
    shape = arguments.get("image_shape")
    if isinstance(shape, (list, tuple)) and all(isinstance(side, int) for side in shape) and 4 * math.prod(shape) > limit:
        raise ValueError(
            f"The images of {card.name} must take at most {readable(limit)} of memory, each. Received: images of {shape}, "
            f"{readable(4 * math.prod(shape))}."
        )
    try:
        return build_within(limit, f"{card.name} ({card.model.class_})", lambda: cls.from_config(config))
    except ValueError:
        raise
    except Exception as error:  # of Keras and its backend, for arguments that do not go together
        raise ValueError(f"The arguments of a card must build its model. Received: {card.name} ({reason(error)}).") from error


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
    try:
        model = build_model(card)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error
    if weights is not None:
        _check_structure(weights, ROOM + 4 * model.count_params())
        try:
            model.load_weights(weights)
        except Exception as error:  # of HDF5, of Keras: whatever is wrong with the file
            raise ValueError(
                f"The weights must be those of the card's model. Received: {weights} ({reason(error)})."
            ) from error
        model.init = card.name
    model.card = card
    return model


def _check_structure(weights: Path, limit: int) -> None:
    """Raises ValueError for a file that is no plain HDF5 of weights; in another process, as HDF5 may crash on one."""
    if weights.parent.resolve() == zoo_folder().resolve():
        return
    if fault := call_apart("kerasgen.presets.structure", "check_structure", str(weights), limit):
        raise ValueError(f"A file of weights must be HDF5 with plain arrays of numbers. Received: {weights} ({fault}).")


def save(
    model: GenerativeModel,
    path: str | Path,
    card: Card | Mapping[str, object] | None = None,
    overwrite: bool = False,
    bits: Mapping[str, int] | None = None,
) -> Path:
    """Writes `<path>.json`, a card, and `<path>.weights.h5`: with the moving average where an optimizer keeps one.

    Equal weights give equal files. At any moment, a kill of the process included, the card names weights that are there and
    whole: those of before, or the new ones.

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
        one; WriteError where the disk is full.
    """
    path = user_path(path)
    path = path if path.suffix == ".json" else path.with_name(path.name + ".json")
    weights = path.with_name(path.stem + WEIGHTS)
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
    from kerasgen.presets.weights import rounded, weights_file  # h5py, which runtimes lack

    plain = type(model).from_config({**described.arguments, "dtype": "float32"})  # without the optimizer's slots
    for network in networks_of(model):
        weights_of = model.ema_network(network).get_weights()
        if bits and network.name in bits:
            weights_of = [rounded(weight, bits[network.name]) for weight in weights_of]
        getattr(plain, network.name).set_weights(weights_of)
    packed = weights_file(plain)
    if path.exists() and weights.exists():  # the card there names the weights there until it names others
        _write(path, about, f"{path.stem}.{hashlib.sha256(packed).hexdigest()[:16]}{WEIGHTS}", packed)
    _write(path, about, weights.name, packed)
    for passing in path.parent.glob(f"{glob.escape(path.stem)}.{16 * '[0-9a-f]'}{WEIGHTS}"):
        passing.unlink()
    return path


def _write(path: Path, about: Card, name: str, content: bytes) -> None:
    """Writes weights as a file that no card names, or that has this content, then the card that names it."""
    weights = path.with_name(name)
    existed = weights.exists()
    with atomic_write(weights) as beside:
        beside.write_bytes(content)
    section = WeightsSection(file=name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
    try:
        write_card(path, msgspec.structs.replace(about, weights=section))
    except BaseException:
        if not existed:
            weights.unlink()
        raise


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
    return model.init is not None and (model.steps > 0 or model.card is None or model.card.weights is None)


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

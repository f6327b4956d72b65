"""Resolves what a user asks for, a model and data and single settings, to a card that training takes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TypeGuard

import keras
import msgspec

from kerasgen.base.settings import keras_defaults
from kerasgen.data.source import BUILT_IN
from kerasgen.data.survey import Survey, survey
from kerasgen.files import user_path
from kerasgen.models.pix2pix import Pix2Pix
from kerasgen.presets import find_card, find_class, read_card
from kerasgen.presets.card import Card, TrainingSection
from kerasgen.presets.store import build_model
from kerasgen.records import convert, to_dict
from kerasgen.training.auto import choose_model, choose_side
from kerasgen.training.fitting import (
    asked_size,
    data_section,
    fit_training,
    image_shape,
    model_arguments,
    preset_shape,
    training_section,
    tuned_arguments,
)
from kerasgen.training.run_directory import RESERVED
from kerasgen.training.settings import (
    Tree,
    fold,
    given_arguments,
    merge,
    merge_into,
    read_settings,
    read_yaml,
    section,
    text,
)

# The preset that a class takes its recipe from on new data; the others have the defaults of their class.
REFERENCES = {
    "Autoencoder": "autoencoder_fashion_mnist_64d",
    "BetaTCVAE": "beta_tc_vae_sprites",
    "BetaVAE": "beta_vae_sprites",
    "Classifier": "classifier_fashion_mnist",
    "ConditionalGAN": "conditional_gan_flowers",
    "CycleGAN": "cyclegan_portraits_eras",
    "DCGAN": "dcgan_portraits",
    "DIPVAE": "dip_vae_sprites",
    "DebiasingVAE": "debiasing_vae_portraits",
    "FactorVAE": "factor_vae_sprites",
    "GAN": "gan_fashion_mnist",
    "Pix2Pix": "pix2pix_edges_to_portraits",
    "ProgressiveGAN": "progressive_gan_portraits",
    "R3GAN": "r3gan_portraits",
    "SNGAN": "sngan_fashion_mnist",
    "StyleGAN": "stylegan_portraits",
    "VAE": "vae_portraits",
    "WGANGP": "wgan_gp_fashion_mnist",
}
MIN_IMAGES = 8


class Request(NamedTuple):
    """What a user asks for; see `kerasgen train`."""

    base: str | None = None  # a preset, or the path of a card or of a YAML recipe
    model: str | None = None  # a class or "auto"
    data: str | None = None
    image_size: int | tuple[int, int] | None = None  # or height and width
    epochs: int | None = None
    settings: Sequence[str] = ()  # "section.key=value"
    skip_corrupt: bool = False
    init: str | None = None  # a preset whose weights training begins with


class Recipe(NamedTuple):
    """A complete card, what is to be said of how it came about, and what its data hold if they were looked at."""

    card: Card
    notes: list[str]
    survey: Survey | None


def resolve(request: Request) -> Recipe:
    """Resolves a request.

    A preset or card without data is taken as it is, but for the settings. On data of one's own the recipe of a preset, or that
    of a class (`REFERENCES`), is fitted to them: image size, channels, classes, the part held out, the batch size, and the
    number of epochs by the images shown.

    A run that begins with the weights of a preset (`init`) has its class and arguments; a GAN gets adaptive augmentation.

    Raises ValueError for unknown names and keys, with the nearest valid ones, for values of a wrong type, and for data that
    cannot be used.
    """
    try:
        return _resolve(request)
    except ValueError as error:
        if not _is_yaml(request.base):
            raise
        raise ValueError(f"{Path(request.base).name}: {error}") from error


def _is_yaml(base: str | None) -> TypeGuard[str]:
    return base is not None and Path(base).suffix.lower() in (".yaml", ".yml")


def _resolve(request: Request) -> Recipe:
    given = read_settings(request.settings)
    base = request.base
    if _is_yaml(base):
        given, base = merge(read_yaml(user_path(base)), given), None
        if (stem := Path(str(request.base)).stem) not in RESERVED:
            given.setdefault("name", stem)
    fold(given, "data", "source", request.data)
    fold(given, "data", "image_size", request.image_size)
    fold(given, "data", "skip_corrupt", request.skip_corrupt or None)
    fold(given, "training", "epochs", request.epochs)
    fold(given, "training", "init", request.init)
    fold(given, "model", "class", request.model)
    source, name, init = (text(given, *key) for key in (("data", "source"), ("model", "class"), ("training", "init")))
    base = init if base is None and name is None else base
    if base is not None and name is not None:
        raise ValueError(f"A preset or card has its own model: give it, or --model. Received: {base} and --model {name}.")
    if base is None and source is None:
        raise ValueError("Training needs a preset or card, or --data with --model. Received: neither.")
    if base is not None and source is None:
        content = to_dict(read_card(find_card(base)))
        if request.image_size:
            shape = preset_shape(convert(content, Card))
            merge_into(content, "model", {"arguments": {"image_shape": [*(asked_size(request.image_size) or ()), shape[2]]}})
        card = _checked(merge(content, _arguments_below(given)))
        data = card.data
        look = data is not None and data.source not in BUILT_IN and user_path(data.source).exists()
        return Recipe(card, [], survey(data.source, True, data.skip_corrupt) if look and data else None)
    assert source is not None
    return _on_data(base, name or "auto", source, given)


def _on_data(base: str | None, name: str, source: str, given: Tree) -> Recipe:
    """The recipe of a preset or class, fitted to other data."""
    data = section(given, "data")
    label = data.get("labels")
    found = survey(source, label if isinstance(label, str) else True, bool(data.get("skip_corrupt")))
    _check_number(found, source)
    notes = [describe_survey(found)]
    size = asked_size(data.get("image_size"))
    if base is None and name == "auto":
        name, why = choose_model(found, min(size) if size else choose_side(found))
        notes.append(f"{name}: {why}")
    reference = base or REFERENCES.get(name)
    card = read_card(find_card(reference)) if reference else None
    cls = find_class(card.model.class_ if card else name)
    shape = image_shape(card if base else None, found, size, data.get("channels"))
    content: Tree = {
        "name": re.sub(r"\W+", "_", f"{card.name if base and card else cls.__name__}_{Path(source).stem}".lower()),
        "model": {"class": name if card is None else card.model.class_, "arguments": model_arguments(card, cls, shape, found)},
        "data": data_section(card, cls, source, shape, found),
        "training": training_section(card),
        "paper": card.paper if card else "",
    }
    if text(given, "training", "init"):
        merge_into(content, "model", {"arguments": tuned_arguments(base, cls, shape, given)})
    merged = merge(content, _arguments_below(given))
    if "held_out" in data:
        section(merged, "data").pop("held_out_fraction", None)
    if issubclass(cls, Pix2Pix):
        sources = shape[2] if section(merged, "data").get("pairs") not in ("edges", "gray") else 1
        merge_into(merged, "model", {"arguments": {"source_channels": sources, **given_arguments(given)}})
    return Recipe(fit_training(_with_optimizers(_checked(merged)), found, given, card), notes, found)


def describe_survey(found: Survey) -> str:
    """Says in a line what data hold."""
    splits = ", ".join(f"{count:,} {name}" for name, count in found.splits.items())
    low, high = ((found.heights[place], found.widths[place]) for place in (0, 2))
    sizes = f"{low[0]} x {low[1]}" + ("" if low == high else f" to {high[0]} x {high[1]}")
    classes = f", {len(found.classes)} classes" if len(found.classes) > 1 else ""
    copies = f", {found.copies:,} of them copies of others" if found.copies else ""
    colors = "color" if found.channels == 3 else "gray"
    return f"data: {found.num_images:,} images ({splits}), {sizes} pixels (height x width), {colors}{classes}{copies}"


def _check_number(found: Survey, source: str) -> None:
    if found.num_images < MIN_IMAGES:
        raise ValueError(f"Training needs {MIN_IMAGES} images at least. Received: {found.num_images} in {source}.")
    if found.copies == found.num_images - 1:
        raise ValueError(f"The images must differ. Received: {found.num_images} images in {source}, all equal.")


@keras_defaults()
def _with_optimizers(card: Card) -> Card:
    """The card with its model's own optimizers where a setting changes a part of one that the recipe lacks."""
    training = card.training or TrainingSection()
    lacking = [name for name, config in training.optimizers.items() if "class_name" not in config]
    if not lacking:
        return card
    own = build_model(card).default_optimizers()
    optimizers = dict(training.optimizers)
    for name in lacking:
        if name in own:
            merged = merge(keras.optimizers.serialize(own[name]), optimizers[name])
            optimizers[name] = {key: merged[key] for key in ("class_name", "config")}
    return msgspec.structs.replace(card, training=msgspec.structs.replace(training, optimizers=optimizers))


def _checked(content: Tree) -> Card:
    """A card of its content; the arguments of its model are checked by its class, which gives the missing ones."""
    card = convert({key: value for key, value in content.items() if key not in ("weights", "metrics")}, Card)
    cls = find_class(card.model.class_)
    defaults = {name: getattr(cls, name) for name in cls.arguments() if hasattr(cls, name)}
    convert(msgspec.to_builtins({**defaults, **card.model.arguments}), cls.hyperparameters, "model", "argument")
    return card


def _arguments_below(given: Tree) -> Tree:
    """Settings with the model's arguments where a card has them: `model.channels` is `model.arguments.channels`."""
    model = section(given, "model")
    if not model:
        return given
    own = {key: value for key, value in model.items() if key == "class" and value != "auto"}
    return {**given, "model": {**own, "arguments": given_arguments(given)}}

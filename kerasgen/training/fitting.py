"""A recipe fitted to other data: image size, classes, what is held out, the batch, and how long it is trained."""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec

from kerasgen.base.model import GenerativeModel
from kerasgen.data.splits import select
from kerasgen.data.survey import Survey
from kerasgen.images.resize import Size
from kerasgen.models.gan_base import BaseGAN
from kerasgen.models.pix2pix import Pix2Pix
from kerasgen.models.progressive_base import BaseProgressiveGAN
from kerasgen.models.translation_base import BaseTranslator
from kerasgen.networks.conv import base_grid, stages
from kerasgen.presets.card import Card, DataSection, TrainingSection
from kerasgen.presets.store import describe, load
from kerasgen.presets.transfer import adapt
from kerasgen.records import convert, to_dict
from kerasgen.training.auto import choose_side
from kerasgen.training.schedules import fit_schedules, schedule_steps
from kerasgen.training.settings import Tree, given_arguments, section

IMAGES_SHOWN = 300_000  # in a run whose learning rates have no schedule
TUNED_SHOWN = 100_000  # in a run that begins with the weights of a preset
ADA_TARGET = 0.6  # of a GAN that does; that of the paper
MAX_EPOCHS = 1000
HELD_OUT = 0.1, 1000  # of data without a split for it: the part, and the images at most


def asked_size(value: object) -> Size | None:
    """Gives (height, width) of a setting of `data.image_size`; None for what is none, which the card's check tells of."""
    sides = value if isinstance(value, (list, tuple)) else [value, value]
    height, width = sides if len(sides) == 2 else (None, None)
    return (height, width) if isinstance(height, int) and isinstance(width, int) else None


def image_shape(card: Card | None, found: Survey, size: Size | None, channels: object) -> tuple[int, int, int]:
    """Gives the image shape: as asked for, else that of the preset, else a square that the data fill."""
    side = choose_side(found)
    *sides, depth = preset_shape(card) if card else (side, side, found.channels)
    height, width = size or sides
    return height, width, channels if isinstance(channels, int) else depth


def preset_shape(card: Card) -> tuple[int, int, int]:
    """Gives the image shape of a card's model; raises ValueError for a card without."""
    about = card.model.arguments.get("image_shape")
    return convert(about, tuple[int, int, int], f"{card.name}: model.arguments.image_shape")


def model_arguments(card: Card | None, cls: type[GenerativeModel], shape: tuple[int, int, int], found: Survey) -> Tree:
    """Gives the arguments of a card, or of a class alone, for images of a shape and the classes of the data."""
    arguments: Tree = {**(card.model.arguments if card else {}), "image_shape": list(shape)}
    if cls.requires_labels:
        arguments["num_classes"] = max(2, len(found.classes))
    return arguments


def tuned_arguments(base: str | None, cls: type[GenerativeModel], shape: tuple[int, int, int], given: Tree) -> Tree:
    """Gives arguments for a model that begins with the weights of a preset: grown as that is, and with augmentation."""
    arguments: Tree = {"ada_target": ADA_TARGET, "ada_images": TUNED_SHOWN} if issubclass(cls, BaseGAN) else {}
    if base is None:
        return arguments
    model = load(base, load_weights=False)
    if isinstance(model, BaseProgressiveGAN):
        known = min(model.last_stage, stages(shape))  # a larger stage fades in
        arguments["start_size"] = min(base_grid(shape)) * 2**known
    asked = {**arguments, "image_shape": shape, **given_arguments(given)}
    adapted = adapt(model, {name: value for name, value in asked.items() if name in cls.arguments()}, load_weights=False)
    return msgspec.json.decode(msgspec.json.encode(describe(adapted).arguments), type=dict[str, object])


def data_section(
    card: Card | None, cls: type[GenerativeModel], source: str, shape: tuple[int, int, int], found: Survey
) -> Tree:
    """Gives the section that tells where both parts come from; raises ValueError for data that a class cannot use."""
    height, width, channels = shape
    size = height if height == width else [height, width]
    mirror = bool(card and card.data and card.data.mirror)
    data: Tree = {"source": source, "image_size": size, "channels": channels, "mirror": mirror}
    if card and card.data and issubclass(cls, Pix2Pix):
        data |= {"pairs": card.data.pairs, "jitter": card.data.jitter}
    if issubclass(cls, BaseTranslator) and not cls.paired:
        return data | _domains(cls, source, found)
    if cls.requires_labels:
        _check_classes(cls, source, found)
        data["labels"] = True
    return data | _held_out(found.splits)


def training_section(card: Card | None) -> Tree:
    """Gives what a recipe keeps on other data: what measures, and what packs, was chosen for its own."""
    if card is None or card.training is None:
        return {"dtype": "auto"}
    kept = ("optimizers", "batch_size", "seed", "resampling")
    return {"dtype": "auto", **{name: value for name, value in to_dict(card.training).items() if name in kept}}


def fit_training(card: Card, found: Survey, given: Tree, reference: Card | None) -> Card:
    """Gives the card with a batch that the data fill, as many epochs as show as many images, and schedules as long."""
    data, training = card.data, card.training or TrainingSection()
    assert data is not None
    images = _training_images(data, found)
    batch = min(training.batch_size, images)
    steps = images // batch
    recipe = reference.training if reference and reference.training else TrainingSection()
    planned = schedule_steps(recipe.optimizers)
    shown = planned * recipe.batch_size if planned else IMAGES_SHOWN
    shown = TUNED_SHOWN if training.init else shown
    epochs = training.epochs
    if "epochs" not in section(given, "training"):
        epochs = max(1, min(MAX_EPOCHS, math.ceil(shown / (steps * batch))))
    optimizers = fit_schedules(training.optimizers, epochs * steps / planned) if planned else training.optimizers
    training = msgspec.structs.replace(training, batch_size=batch, epochs=epochs, optimizers=optimizers)
    return msgspec.structs.replace(card, training=training)


def _held_out(splits: Mapping[str, int], train: str = "train") -> Tree:
    if train not in splits:
        raise ValueError(f"The data must have a split {train}. Received: {', '.join(splits)}.")
    for name in ("test", "val", "validation"):
        if splits.get(name):
            return {"train": train, "held_out": name}
    part, most = HELD_OUT
    return {"train": train, "held_out_fraction": min(part, round(most / splits[train], 6))}


def _domains(cls: type[GenerativeModel], source: str, found: Survey) -> Tree:
    if {"trainA", "trainB"} <= found.splits.keys():
        held_out = {"held_out": "test"} if {"testA", "testB"} <= found.splits.keys() else {"held_out_fraction": HELD_OUT[0]}
        return {"domains": ["A", "B"], **held_out}
    if len(found.classes) == 2:
        return {"domains": list(found.classes), "label": "label", **_held_out(found.splits)}
    raise ValueError(
        f"A {cls.__name__} needs two kinds of images: folders trainA and trainB, or two sub-folders. "
        f"Received: {source} with the splits {', '.join(found.splits)} and {len(found.classes)} classes."
    )


def _check_classes(cls: type[GenerativeModel], source: str, found: Survey) -> None:
    if len(found.classes) < 2:
        raise ValueError(
            f"{cls.__name__} needs images of two classes at least: sub-folders, or a column of a CSV file. "
            f"Received: {source} with {len(found.classes)}."
        )
    few = [f"{name} ({count})" for name, count in found.classes.items() if count == 1]
    if few:
        raise ValueError(f"Every class needs two images at least. Received: one in {', '.join(few)} of {source}.")


def _training_images(data: DataSection, found: Survey) -> int:
    """The number of images, or pairs, in an epoch."""
    if data.domains and not data.label:
        count = max(found.splits[data.train + domain] for domain in data.domains)
    elif data.domains:
        count = max(found.classes[domain] for domain in data.domains)
    else:
        count = sum(len(part) for _, part in select(data.train, found.splits))
    return max(1, round(count * (1.0 - (data.held_out_fraction or 0.0))))

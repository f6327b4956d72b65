"""Inputs of a part: sampled codes, or images of the data that its model was trained on."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from kerasgen import data
from kerasgen.base.model import GenerativeModel
from kerasgen.data.array import find_arrays
from kerasgen.data.tfds import no_downloads
from kerasgen.files import user_path
from kerasgen.images import to_float
from kerasgen.images.check import check_images
from kerasgen.models.translation_base import DIRECTIONS
from kerasgen.presets.data import load_data

from .parts import Arrays, Part

Examples: TypeAlias = np.ndarray | str | Path  # inputs, (n, ...), or the path of a folder or file of them
CALIBRATION_INPUTS = 128
LEAST_CALIBRATION_INPUTS = 16
MEASURED_INPUTS = 1000
CALIBRATION_SEED, SEED = 1, 0


def takes_images(part: Part) -> bool:
    """Whether images go in, as into encoders and translators."""
    return "image" in part.inputs


def calibration_inputs(model: GenerativeModel, part: Part, given: Examples | None) -> Arrays:
    """Gives examples that the ranges of a part's activations are taken from, (n, ...) float32 by name.

    Args:
        given: the caller's images or codes; None for codes from N(0, I), or training images of the model's card.

    Raises ValueError for examples of another shape, or fewer than 16, and where images are needed and none are at hand.
    """
    if given is None:
        return _card_examples(model, part) if takes_images(part) else part.sample_inputs(CALIBRATION_INPUTS, CALIBRATION_SEED)
    examples, name = _read(given, part, CALIBRATION_INPUTS), next(iter(part.inputs))
    shape = tuple(part.network.inputs[0].shape[1:])
    if examples.shape[1:] != shape or len(examples) < LEAST_CALIBRATION_INPUTS:
        raise ValueError(
            f"Calibration takes {LEAST_CALIBRATION_INPUTS} examples or more of {name}, (n, "
            f"{', '.join(map(str, shape))}). Received: shape {examples.shape}."
        )
    if takes_images(part):
        return given_images(examples, part, "calibration")
    if not np.isfinite(examples).all():
        raise ValueError("Calibration takes finite numbers. Received: NaN or infinity.")
    return {**part.sample_inputs(len(examples), CALIBRATION_SEED), name: examples.astype("float32")}


def given_images(given: Examples, part: Part, name: str = "images") -> Arrays:
    """Gives the caller's images as inputs of a part, float32; raises ValueError for others than it takes, with `name`."""
    if not takes_images(part):
        raise ValueError(f"`{name}` are for encoders and translators. Received: {name} for the {part.name}.")
    images = _read(given, part, MEASURED_INPUTS)
    check_images(images, part.network.inputs[0].shape[1:], name)
    return {"image": to_float(images)}


def _read(given: Examples, part: Part, most: int) -> np.ndarray:
    """The first input of a part: `most` images, as `kerasgen.data.load` finds them, fitted to its size; all codes of a file."""
    if not isinstance(given, (str, Path)):
        return np.asarray(given)
    if not takes_images(part):
        return find_arrays(user_path(given))["train"].images
    height, width, channels = part.network.inputs[0].shape[1:]
    found = data.load(user_path(given), "train", (height, width), 1, channels=channels, shuffle=False)
    return found.images(slice(most))


def _card_examples(model: GenerativeModel, part: Part) -> Arrays:
    try:
        return _images(model, part, "train", CALIBRATION_INPUTS)
    except ValueError as error:
        raise ValueError(f"{error} Other images, or a folder of them, may be given: calibration=PATH.") from error


def fixed_inputs(model: GenerativeModel, part: Part, given: Arrays | None = None) -> Arrays:
    """Gives the inputs that files are measured on, `MEASURED_INPUTS` at most, by name: seeded codes, or held-out images.

    Where images go in and none are at hand, those that are `given`, or images of noise.
    """
    if not takes_images(part):
        return part.sample_inputs(MEASURED_INPUTS, SEED)
    return held_out_inputs(model, part) or given or part.sample_inputs(MEASURED_INPUTS, SEED)


def held_out_inputs(model: GenerativeModel, part: Part) -> Arrays | None:
    """Gives held-out images of the model's card, None where none are at hand."""
    with contextlib.suppress(ValueError):
        return _images(model, part, "held_out", MEASURED_INPUTS)
    return None


def _images(model: GenerativeModel, part: Part, split: Literal["train", "held_out"], n: int) -> Arrays:
    return {"image": card_images(model, split, n, DIRECTIONS.index(part.name) if part.name in DIRECTIONS else 0)}


def card_images(model: GenerativeModel, split: Literal["train", "held_out"], n: int, domain: int = 0) -> np.ndarray:
    """Gives the first `n` images of a split of a model's card, float32; of pairs and unpaired sets those of a `domain`, 0 or 1.

    Raises ValueError for a model without a card, and where its data are not on the disk: an export downloads none.
    """
    card = model.card
    if card is None or card.data is None:
        raise ValueError("Images must be given where no card names any. Received: a model without a card.")
    try:
        with no_downloads():
            images = load_data(card, split, mirror=False, shuffle=False).images(slice(n))
    except FileNotFoundError as error:
        raise ValueError(f"{error}.") from error
    except Exception as error:  # whatever reading files fails with
        raise ValueError(f"The images of {card.data.source} must be at hand. Received: {error}") from error
    return to_float(images[domain] if isinstance(images, tuple) else images)

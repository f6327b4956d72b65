"""Inputs of a part: sampled codes, or images of the data that its model was trained on."""

from __future__ import annotations

import contextlib
from typing import Literal

import numpy as np

from kerasgen.base.model import GenerativeModel
from kerasgen.images import to_float
from kerasgen.images.check import check_images
from kerasgen.models.translation_base import DIRECTIONS
from kerasgen.presets.data import load_data

from .parts import Arrays, Part

CALIBRATION_INPUTS = 128
LEAST_CALIBRATION_INPUTS = 16
MEASURED_INPUTS = 1000
CALIBRATION_SEED, SEED = 1, 0


def takes_images(part: Part) -> bool:
    """Whether images go in, as into encoders and translators."""
    return "image" in part.inputs


def calibration_inputs(model: GenerativeModel, part: Part, given: np.ndarray | None) -> Arrays:
    """Gives examples that the ranges of a part's activations are taken from, (n, ...) float32 by name.

    Args:
        given: the caller's images or codes, (n, ...); None for codes from N(0, I), or training images of the model's card.

    Raises ValueError for examples of another shape, or fewer than 16, and where images are needed and none can be had.
    """
    if given is None:
        return (
            _images(model, part, "train", CALIBRATION_INPUTS)
            if takes_images(part)
            else part.sample_inputs(CALIBRATION_INPUTS, CALIBRATION_SEED)
        )
    given, name = np.asarray(given), next(iter(part.inputs))
    shape = tuple(part.network.inputs[0].shape[1:])
    if given.shape[1:] != shape or len(given) < LEAST_CALIBRATION_INPUTS:
        raise ValueError(
            f"Calibration takes {LEAST_CALIBRATION_INPUTS} examples or more of {name}, (n, "
            f"{', '.join(map(str, shape))}). Received: shape {given.shape}."
        )
    if takes_images(part):
        check_images(given, shape, "calibration")
        return {name: to_float(given)}
    if not np.isfinite(given).all():
        raise ValueError("Calibration takes finite numbers. Received: NaN or infinity.")
    return {**part.sample_inputs(len(given), CALIBRATION_SEED), name: given.astype("float32")}


def fixed_inputs(model: GenerativeModel, part: Part) -> Arrays:
    """Gives the inputs that files are measured on, `MEASURED_INPUTS` at most, by name: seeded codes, or held-out images.

    Where images go in and none are at hand, images of noise.
    """
    if takes_images(part):
        with contextlib.suppress(ValueError):
            return _images(model, part, "held_out", MEASURED_INPUTS)
    return part.sample_inputs(MEASURED_INPUTS, SEED)


def _images(model: GenerativeModel, part: Part, split: Literal["train", "held_out"], n: int) -> Arrays:
    return {"image": card_images(model, split, n, DIRECTIONS.index(part.name) if part.name in DIRECTIONS else 0)}


def card_images(model: GenerativeModel, split: Literal["train", "held_out"], n: int, domain: int = 0) -> np.ndarray:
    """Gives the first `n` images of a split of a model's card, float32; of pairs and unpaired sets those of a `domain`, 0 or 1.

    Raises ValueError for a model without a card, and where its data are not at hand.
    """
    card = model.card
    if card is None or card.data is None:
        raise ValueError("Images must be given where no card names any: calibration=images. Received: a model without a card.")
    try:
        batches = load_data(card, split, mirror=False, shuffle=False)
        images = batches.images(slice(n))
    except Exception as error:  # whatever a download fails with
        raise ValueError(f"The images of {card.data.source} must be at hand. Received: {error}") from error
    return to_float(images[domain] if isinstance(images, tuple) else images)

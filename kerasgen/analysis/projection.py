"""Projection into the latent space: the styles whose image is nearest to a photograph (Abdal et al. 2019, arXiv:1904.03189)."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from kerasgen import backend
from kerasgen.backend import AveragePooling2D
from kerasgen.backend.typing import Tensor
from kerasgen.base.settings import keras_defaults
from kerasgen.images import to_float
from kerasgen.images.check import check_images
from kerasgen.latent.codes import sample_codes
from kerasgen.models.style_base import BaseStyleGAN

SMALLEST = 8  # pixels a side of the coarsest comparison
CODES = 4096  # that the average of w and its deviation are taken over
CANDIDATES = 500  # images of these, the nearest of which the search begins with
PART = 50  # of them in memory at a time


@keras_defaults()
def project(
    model: BaseStyleGAN,
    images: np.ndarray,
    steps: int = 800,
    space: str = "w+",
    learning_rate: float = 0.1,
    pull: float = 1e-4,
    focus: float = 0.8,
) -> np.ndarray:
    """Searches the styles of images by Adam, each from the nearest of 500 samples.

    The distance of two images is their mean absolute difference at their own size and at each half of it down to 8 pixels,
    summed, so that both place and detail count.

    Args:
        model: a style-based generator.
        images: (n, height, width, channels), [0, 1] or uint8.
        steps: of the search; the rate falls to zero over them.
        space: "w", one style for all layers, or "w+", one for each, which comes nearer and leaves what the generator knows.
        learning_rate: in deviations of w.
        pull: weight of the squared distance from the average style, in deviations of w.
        focus: share of the weight, in [0, 1], that lies on the middle, where a portrait has its face (a normal curve with a
            deviation of a quarter of the side); the rest lies evenly on all pixels.

    Returns:
        (n, style_layers, style_dim) float32, for `model.synthesize`. Raises ValueError for images of another shape, another
        space, and another focus.
    """
    if space not in ("w", "w+") or steps < 1 or not 0 <= focus <= 1:
        raise ValueError(
            f"space must be 'w' or 'w+', steps positive, and focus lie in [0, 1]. Received: {space=}, {steps=}, {focus=}."
        )
    check_images(images, model.image_shape, "images")
    images = to_float(np.asarray(images))
    known = model.styles(sample_codes(CODES, model.latent_dim, 0))[:, 0]  # (codes, style_dim)
    average, deviation = known.mean(axis=0), known.std(axis=0) + 1e-8
    begin = (known[_nearest_sample(model, known[:CANDIDATES], images, focus)] - average) / deviation
    place = keras.Variable(np.repeat(begin[:, None], 1 if space == "w" else model.style_layers, axis=1), name="place")
    average, deviation, targets = map(ops.convert_to_tensor, (average, deviation, images))
    network = model.synthesis_of(model.ema_network(model.generator))
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(learning_rate, steps))
    optimizer.build([place])

    def styles(moved: Tensor) -> Tensor:
        return ops.broadcast_to(average + deviation * moved, (len(images), model.style_layers, model.style_dim))

    def loss(moved: Tensor) -> Tensor:
        (*_, image) = model.shown_images(network(styles(moved), training=False))
        return _distance(image, targets, focus) + pull * ops.mean(ops.square(moved), axis=(1, 2))  # (n,)

    for _ in range(steps):
        optimizer.apply([backend.gradient(loss, ops.copy(place))], [place])
    return ops.convert_to_numpy(styles(ops.copy(place)))


def _nearest_sample(model: BaseStyleGAN, known: np.ndarray, images: np.ndarray, focus: float) -> np.ndarray:
    """Which of the styles `known` (m, style_dim) gives the nearest image to each of `images`: indices (n,)."""
    targets = [ops.convert_to_tensor(image[None]) for image in images]
    distances = []
    for start in range(0, len(known), PART):
        styles = np.repeat(known[start : start + PART, None], model.style_layers, axis=1)
        samples = ops.convert_to_tensor(model.synthesize(styles))
        distances.append([ops.convert_to_numpy(_distance(samples, target, focus)) for target in targets])
    return np.concatenate(distances, axis=1).argmin(axis=1)


def _distance(images: Tensor, targets: Tensor, focus: float) -> Tensor:
    """(n, height, width, channels) each to (n,)."""
    total = 0.0
    while True:
        weights = ops.convert_to_tensor(_weights(images.shape[1:3], focus))
        total = total + ops.mean(ops.abs(images - targets) * weights, axis=(1, 2, 3))
        if min(images.shape[1:3]) <= SMALLEST:
            return total
        images, targets = AveragePooling2D(2)(images), AveragePooling2D(2)(targets)


def _weights(size: Sequence[int], focus: float) -> np.ndarray:
    """(height, width, 1) float32, 1 on average."""
    middle = np.outer(*(np.exp(-8.0 * ((np.arange(side) + 0.5) / side - 0.5) ** 2) for side in size))
    return (1.0 - focus + focus * middle / middle.mean()).astype("float32")[..., None]

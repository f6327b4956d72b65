"""Photographs in the latent space: the styles whose picture is nearest (Abdal et al. 2019, arXiv:1904.03189)."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from kerasgen import backend
from kerasgen.backend import AveragePooling2D
from kerasgen.codes import draw_codes
from kerasgen.data.check import check_images
from kerasgen.images import to_float

SMALLEST = 8  # pixels a side of the coarsest comparison
CODES = 4096  # that the average of w and its deviation are taken over


def project(model, images: np.ndarray, steps: int = 300, space: str = "w+", learning_rate: float = 0.05,
            pull: float = 1e-3) -> np.ndarray:
    """Searches the styles of images by Adam, from the average style.

    The distance of two pictures is their mean squared difference at their own size and at each half of it down to 8 pixels,
    summed, so that both place and detail count.

    Args:
        model: a style-based generator.
        images: (n, height, width, channels), [0, 1] or uint8.
        steps: of the search; the rate falls to zero over them.
        space: "w", one style for all layers, or "w+", one for each, which comes nearer and leaves what the generator knows.
        learning_rate: in deviations of w.
        pull: weight of the squared distance from the average style, in deviations of w.

    Returns:
        (n, style_layers, style_dim) float32, for `model.synthesise`. Raises ValueError for images of another shape, and another
        space.
    """
    if space not in ("w", "w+") or steps < 1:
        raise ValueError(f"space must be 'w' or 'w+', and steps positive. Received: {space=}, {steps=}.")
    check_images(images, model.image_shape, "images")
    known = model.styles(draw_codes(CODES, model.latent_dim, 0))[:, 0]  # (codes, style_dim)
    average, deviation = map(ops.convert_to_tensor, (known.mean(axis=0), known.std(axis=0) + 1e-8))
    network = model.synthesis_of(model.averaged(model.generator))
    targets = _pyramid(ops.convert_to_tensor(to_float(np.asarray(images))))
    layers = (len(images), 1 if space == "w" else model.style_layers, model.style_dim)
    place = keras.Variable(np.zeros(layers, "float32"), name="place")  # in deviations from the average
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(learning_rate, steps))
    optimizer.build([place])

    def styles(moved):
        return ops.broadcast_to(average + deviation * moved, (len(images), model.style_layers, model.style_dim))

    def distance(moved):
        (*_, image) = model.shown_images(network(styles(moved), training=False))
        parts = [ops.mean(ops.square(mine - target), axis=(1, 2, 3))
                 for mine, target in zip(_pyramid(image), targets, strict=True)]
        return sum(parts) + pull * ops.mean(ops.square(moved), axis=(1, 2))  # (n,)

    for _ in range(steps):
        optimizer.apply([backend.gradient(distance, ops.copy(place))], [place])
    return ops.convert_to_numpy(styles(ops.copy(place)))


def _pyramid(images) -> list:
    levels = [images]
    while levels[-1].shape[1] > SMALLEST:
        levels.append(AveragePooling2D(2)(levels[-1]))
    return levels

"""What `fit` may be given."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from kerasgen.images.check import check_images
from kerasgen.latent.codes import check_label_range


def check_training_data(x, image_shape: tuple[int, int, int], batch_size: int | None, steps: int, name: str = "images") -> None:
    """Checks an array, `ImageBatches`, or a `tf.data.Dataset` of images before training; other data pass.

    Args:
        x: what `fit` received.
        image_shape: that of the model.
        batch_size: of arrays; None is Keras's 32.
        steps: the number of parts a batch is split into, which is the least that it must hold.
        name: of the images, for errors.

    Raises ValueError for another rank, size, dtype or range, for NaN, and for a batch of fewer images than `steps`.
    """
    if isinstance(x, np.ndarray):
        check_images(x, image_shape, name)
        sizes = {min(batch_size or 32, len(x)), len(x) % (batch_size or 32)} - {0}
    else:
        shape = getattr(x, "image_shape", None)
        if shape is None and hasattr(x, "element_spec"):  # a tf.data.Dataset
            shape = _shape_of(keras.tree.flatten(x.element_spec)[0])
        _check_shape(shape, image_shape, name)
        sizes = {getattr(x, "batch_size", None)} - {None}
    if sizes and min(sizes) < steps:
        raise ValueError(
            f"Each batch must hold at least {steps} images, one for each step of a phase with repeat={steps}. "
            f"Received: a batch of {min(sizes)}."
        )


def check_training_pairs(x, y, shapes: Sequence, batch_size: int | None, least: int) -> None:
    """Checks sources and targets before training: two arrays, batches with `image_shapes`, or a `tf.data.Dataset` of both.

    Args:
        x, y: what `fit` received.
        shapes: the model's, of sources and of targets.
        batch_size: of arrays; None is Keras's 32.
        least: number of images that a batch must hold.

    Raises ValueError as `check_training_data`, for targets that are missing and for numbers that differ.
    """
    rule = "A translator is trained with images of both kinds, fit(x, y) or batches of both."
    if isinstance(x, np.ndarray):
        if not isinstance(y, np.ndarray) or len(x) != len(y):
            raise ValueError(f"{rule} Received: {len(x)} sources and {len(y) if isinstance(y, np.ndarray) else 'no'} targets.")
        for images, shape, name in ((x, shapes[0], "sources"), (y, shapes[1], "targets")):
            check_training_data(images, shape, batch_size, least, name)
        return
    found = getattr(x, "image_shapes", (None, None))
    if hasattr(x, "element_spec"):
        found = [_shape_of(spec) for spec in keras.tree.flatten(x.element_spec)]
    elif hasattr(x, "image_shape"):
        found = [x.image_shape]
    if len(found) != 2:
        raise ValueError(f"{rule} Received: batches of {len(found)} parts.")
    for shape, wanted, name in zip(found, shapes, ("sources", "targets"), strict=True):
        _check_shape(shape, wanted, name)


def _shape_of(spec) -> tuple:
    if not spec.dtype.is_floating:
        raise ValueError(f"A dataset's images must be float in [0, 1]. Received: {spec.dtype.name}.")
    return spec.shape[1:]


def _check_shape(shape, wanted: tuple[int, int, int], name: str) -> None:
    if shape is not None and tuple(shape) != tuple(wanted):
        raise ValueError(f"The {name} must have the model's shape {tuple(wanted)}. Received: {tuple(shape)}.")


def check_training_labels(x, y, num_classes: int) -> None:
    """Raises ValueError for arrays or `ImageBatches` without labels, and for labels outside [0, num_classes).

    Other data pass; 0 stands for any number of classes.
    """
    labels = getattr(x, "labels", None) if y is None else y
    if labels is None:
        if isinstance(x, np.ndarray) or hasattr(x, "labels"):
            raise ValueError("This model is trained with labels. Received: images without.")
    elif isinstance(labels, np.ndarray) and num_classes:
        check_label_range(labels, num_classes)

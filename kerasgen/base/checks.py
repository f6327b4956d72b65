"""What `fit` may be given."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import keras
import numpy as np

from kerasgen.data.dataset import Dataset, ImageShape
from kerasgen.images.check import check_images
from kerasgen.latent.codes import check_label_range

if TYPE_CHECKING:
    import tensorflow as tf


def check_training_data(x: object, image_shape: ImageShape, batch_size: int | None, steps: int, name: str = "images") -> None:
    """Checks an array, a `Dataset`, or a `tf.data.Dataset` of images before training; other data pass.

    Args:
        x: what `fit` received.
        image_shape: that of the model.
        batch_size: of arrays; None is Keras's 32.
        steps: the number of parts a batch is split into, which is the least that it must hold.
        name: of the images, for errors.

    Raises ValueError for another rank, size, dtype or range, for NaN, for pairs, and for a batch of fewer images than `steps`.
    """
    if isinstance(x, np.ndarray):
        check_images(x, image_shape, name)
        sizes = {min(batch_size or 32, len(x)), len(x) % (batch_size or 32)} - {0}
    else:
        shapes = _image_shapes(x, 1)
        if isinstance(x, Dataset) and len(shapes) > 1:
            raise ValueError("This model is trained with images of one kind. Received: pairs.")
        if shapes:
            _check_shape(shapes[0], image_shape, name)
        sizes = {x.batch_size} if isinstance(x, Dataset) else set()
    if sizes and min(sizes) < steps:
        raise ValueError(
            f"Each batch must hold at least {steps} images, one for each step of a phase with repeat={steps}. "
            f"Received: a batch of {min(sizes)}."
        )


def check_training_pairs(x: object, y: object, shapes: Sequence[ImageShape], batch_size: int | None, least: int) -> None:
    """Checks sources and targets before training: two arrays, a `Dataset` of pairs, or a `tf.data.Dataset` of both.

    Args:
        x, y: what `fit` received.
        shapes: the model's, of sources and of targets.
        batch_size: of arrays; None is Keras's 32.
        least: number of images that a batch must hold.

    Raises ValueError as `check_training_data`, for targets that are missing and for numbers that differ.
    """
    rule = "A translator is trained with images of both kinds, fit(x, y) or batches of both."
    names = ("sources", "targets")
    if isinstance(x, np.ndarray):
        if not isinstance(y, np.ndarray) or len(x) != len(y):
            raise ValueError(f"{rule} Received: {len(x)} sources and {len(y) if isinstance(y, np.ndarray) else 'no'} targets.")
        for images, shape, name in zip((x, y), shapes, names, strict=True):
            check_training_data(images, shape, batch_size, least, name)
        return
    found = _image_shapes(x)
    if len(found) not in (0, 2):
        raise ValueError(f"{rule} Received: batches of {len(found)} parts.")
    for each, wanted, name in zip(found, shapes, names, strict=False):
        _check_shape(each, wanted, name)


def check_training_labels(x: object, y: object, num_classes: int) -> None:
    """Raises ValueError for arrays or a `Dataset` without labels, and for labels outside [0, num_classes).

    Other data pass; 0 stands for any number of classes.
    """
    labels = x.labels if y is None and isinstance(x, Dataset) else y
    if labels is None and isinstance(x, (np.ndarray, Dataset)):
        raise ValueError("This model is trained with labels. Received: images without.")
    if isinstance(labels, np.ndarray) and num_classes:
        check_label_range(labels, num_classes)


def _image_shapes(x: object, parts: int | None = None) -> Sequence[tuple[int | None, ...]]:
    """The shapes of the images in a batch, of a `tf.data.Dataset` those of the first `parts`; none of other data."""
    if isinstance(x, Dataset):
        return x.image_shapes
    tensorflow = sys.modules.get("tensorflow")  # what is not imported has no datasets
    if tensorflow is not None and isinstance(x, tensorflow.data.Dataset):
        return [_shape_of(spec) for spec in keras.tree.flatten(x.element_spec)[:parts]]
    return []


def _shape_of(spec: tf.TensorSpec) -> tuple[int | None, ...]:
    if not spec.dtype.is_floating:
        raise ValueError(f"A dataset's images must be float in [0, 1]. Received: {spec.dtype.name}.")
    return tuple(spec.shape[1:])


def _check_shape(shape: tuple[int | None, ...], wanted: ImageShape, name: str) -> None:
    if tuple(shape) != tuple(wanted):
        raise ValueError(f"The {name} must have the model's shape {tuple(wanted)}. Received: {tuple(shape)}.")

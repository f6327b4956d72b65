"""What `fit` may be given."""

from __future__ import annotations

import keras
import numpy as np

from kerasgen.codes import check_label_range
from kerasgen.data.check import check_images


def check_training_data(x, image_shape: tuple[int, int, int], batch_size: int | None, steps: int) -> None:
    """Checks an array, `ImageBatches`, or a `tf.data.Dataset` of images before training; other data pass.

    Args:
        x: what `fit` received.
        image_shape: that of the model.
        batch_size: of arrays; None is Keras's 32.
        steps: the number of parts a batch is split into, which is the least that it must hold.

    Raises ValueError for another rank, size, dtype or range, for NaN, and for a batch of fewer images than `steps`.
    """
    if isinstance(x, np.ndarray):
        check_images(x, image_shape)
        sizes = {min(batch_size or 32, len(x)), len(x) % (batch_size or 32)} - {0}
    else:
        shape = getattr(x, "image_shape", None)
        if shape is None and hasattr(x, "element_spec"):  # a tf.data.Dataset
            spec = keras.tree.flatten(x.element_spec)[0]
            shape = spec.shape[1:]
            if not spec.dtype.is_floating:
                raise ValueError(f"A dataset's images must be float in [0, 1]. Received: {spec.dtype.name}.")
        if shape is not None and tuple(shape) != image_shape:
            raise ValueError(f"The images must have the model's shape {image_shape}. Received: {shape}.")
        sizes = {getattr(x, "batch_size", None)} - {None}
    if sizes and min(sizes) < steps:
        raise ValueError(f"Each batch must hold at least {steps} images, one for each step of a phase with repeat={steps}. "
                         f"Received: a batch of {min(sizes)}.")


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

"""How many generated images a classifier puts into each class: modes that a generator lost have none."""

from __future__ import annotations

import numpy as np


def mode_histogram(classes: np.ndarray, num_classes: int) -> np.ndarray:
    """Gives the shares (num_classes,) of the predicted classes, which sum to 1.

    Args:
        classes: (n,) whole numbers in [0, num_classes).
        num_classes: of the classifier.

    Raises ValueError for none, and for classes out of range.
    """
    classes = np.asarray(classes)
    if classes.ndim != 1 or not len(classes) or not np.issubdtype(classes.dtype, np.integer):
        raise ValueError(f"Classes must be whole numbers (n,), n > 0. Received: shape {classes.shape}, {classes.dtype}.")
    if classes.min() < 0 or classes.max() >= num_classes:
        raise ValueError(f"Classes must lie in [0, {num_classes}). Received: {classes.min()} to {classes.max()}.")
    return np.bincount(classes, minlength=num_classes) / len(classes)

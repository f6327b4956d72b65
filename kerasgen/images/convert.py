"""Images between uint8 and float."""

from __future__ import annotations

import numpy as np


def to_uint8(images: np.ndarray) -> np.ndarray:
    """Rounds images in [0, 1] to 0..255."""
    return np.rint(np.clip(images, 0.0, 1.0) * 255.0).astype("uint8")


def to_float(images: np.ndarray) -> np.ndarray:
    """Gives images as float32 in [0, 1]: uint8 divided by 255, floats as they are."""
    if images.dtype == np.uint8:
        return np.divide(images, 255.0, dtype="float32")
    return images.astype("float32")

"""Checks of images: numpy only, so that every layer of the library can afford them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

# Resampling and [-1, 1] -> [0, 1] arithmetic overshoot by a few float32 roundings; that is no mistake of the caller.
TOLERANCE = 1e-4


class ImageArray(Protocol):
    """An array, or what `np.asarray` makes one of."""

    @property
    def shape(self) -> tuple[int, ...]:
        """As numpy's."""

    @property
    def dtype(self) -> np.dtype:
        """As numpy's."""


def check_images(images: ImageArray, image_shape: Sequence[int | None] | None = None, name: str = "images") -> None:
    """Checks that an array holds images: (N, height, width, channels), uint8 or float in [0, 1].

    `image_shape` is (height, width, channels) to agree with; an entry None agrees with all. Reads the values once and
    copies nothing. Raises ValueError for another type, rank, shape, or range, and for NaN or infinity.
    """
    if not hasattr(images, "dtype") or not hasattr(images, "shape"):
        raise ValueError(f"`{name}` must be an array (N, height, width, channels). Received: {type(images).__name__}")
    if images.dtype != np.uint8:
        images = np.asarray(images)
    if len(images.shape) != 4 or 0 in images.shape:
        raise ValueError(f"`{name}` must be (N, height, width, channels) and not empty. Received: shape {images.shape}")
    if image_shape is not None:
        expected = tuple(image_shape)
        found = images.shape[1:]
        if len(expected) != 3 or any(want not in (None, got) for want, got in zip(expected, found, strict=True)):
            raise ValueError(
                f"`{name}` must be of (height, width, channels) {expected}. Received: {found} (shape {images.shape})"
            )
    if images.dtype == np.uint8:
        return
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(f"`{name}` must be uint8 or float in [0, 1]. Received: dtype {images.dtype}")
    # NaN and infinity show in the extremes, so that two passes without a copy find every fault.
    values = np.asarray(images)
    low, high = float(values.min()), float(values.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError(f"`{name}` must be finite. Received: values from {low} to {high}")
    if low < -TOLERANCE or high > 1.0 + TOLERANCE:
        raise ValueError(f"Float `{name}` must lie in [0, 1].{_advice(low, high)} Received: values from {low:g} to {high:g}")


def _advice(low: float, high: float) -> str:
    if low >= 0.0 and 2.0 < high <= 255.0:
        return " Divide 0..255 by 255 or pass uint8."
    if low >= -1.0 - TOLERANCE and high <= 1.0 + TOLERANCE:
        return " Map [-1, 1] by (x + 1) / 2."
    return ""

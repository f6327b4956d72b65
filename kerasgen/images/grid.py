"""Several images in one: a grid, row by row."""

from __future__ import annotations

import math

import numpy as np

from kerasgen.images.convert import to_uint8

COLUMNS = 8  # of a grid in rows


def make_grid(images: np.ndarray, columns: int | None = None, gap: int = 2) -> np.ndarray:
    """Lays images (n, height, width, channels) in [0, 1] out on white, row by row; (rows, columns) near a square if not told.

    Returns:
        (height of the grid, width of the grid, channels) uint8.
    """
    n, height, width, channels = images.shape
    columns = columns or math.ceil(math.sqrt(n))
    rows = math.ceil(n / columns)
    result = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, channels), 255, dtype="uint8")
    for index, image in enumerate(to_uint8(images)):
        top, left = index // columns * (height + gap), index % columns * (width + gap)
        result[top : top + height, left : left + width] = image
    return result


def interleave(*sets: np.ndarray, columns: int = COLUMNS) -> np.ndarray:
    """Arranges sets of n images for a grid of `columns`: a row of the first, the same of the second, and so on.

    Gray images among color ones become color.
    """
    channels = max(part.shape[-1] for part in sets)
    parts = [np.broadcast_to(part, (*part.shape[:-1], channels)) for part in sets]
    return np.concatenate([part[start : start + columns] for start in range(0, len(parts[0]), columns) for part in parts])

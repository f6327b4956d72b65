"""Images of any size through a translator of one size, by numpy and Pillow: a runtime's translator too."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

from kerasgen.images import to_float, to_uint8
from kerasgen.images.opening import PIXELS
from kerasgen.images.resize import Size, by_band

OVERLAP = 4  # a tile's side to its overlap with the next

Translate = Callable[[np.ndarray], np.ndarray]


def translate_image(translate: Translate, image: np.ndarray, size: Size, tiled: bool = False) -> np.ndarray:
    """Translates an image of any size, its aspect kept.

    Args:
        translate: images (n, *size, channels) in [0, 1] to as many (n, *size, other channels).
        image: uint8 (height, width, channels).
        size: (height, width) that `translate` takes.
        tiled: cut the image into overlapping tiles of that size, and blend these; else it is shrunk or enlarged to fit
            into that size, its edges repeated around, and brought back after.

    Returns:
        uint8 (height, width, other channels). Raises ValueError for an image of more than 64 million pixels.
    """
    height, width = image.shape[:2]
    if height * width > PIXELS:
        raise ValueError(f"Images have {PIXELS:,} pixels at most. Received: {width} x {height}.")
    whole = to_float(image)
    return to_uint8(_by_tiles(translate, whole, size) if tiled else _fitted(translate, whole, size))


def fit_in(image: np.ndarray, size: Size) -> tuple[np.ndarray, tuple[slice, slice]]:
    """Gives a float image (height, width, channels) resized into `size`, its edges repeated around, and where it lies."""
    scale = min(part / whole for part, whole in zip(size, image.shape[:2], strict=True))
    height, width = (max(1, min(part, round(whole * scale))) for part, whole in zip(size, image.shape[:2], strict=True))
    top, left = (size[0] - height) // 2, (size[1] - width) // 2
    room = [(top, size[0] - height - top), (left, size[1] - width - left), (0, 0)]
    where = slice(top, top + height), slice(left, left + width)
    return np.pad(resize(image, (height, width)), room, mode="edge"), where


def resize(image: np.ndarray, size: Size) -> np.ndarray:
    """Resizes a float image (height, width, channels) in [0, 1] to (height, width), Lanczos."""
    if image.shape[:2] == tuple(size):
        return image
    return by_band(image.astype("float32"), lambda band: band.resize(size[::-1], Image.Resampling.LANCZOS))


def _fitted(translate: Translate, image: np.ndarray, size: Size) -> np.ndarray:
    inside, where = fit_in(image, size)
    return resize(translate(inside[None])[0][where], image.shape[:2])


def _by_tiles(translate: Translate, image: np.ndarray, size: Size) -> np.ndarray:
    """Tiles weighted by tents: each counts most in its middle, and all together count as one."""
    height, width = image.shape[:2]
    room = [max(0, part - whole) for part, whole in zip(size, (height, width), strict=True)]
    image = np.pad(image, [(0, room[0]), (0, room[1]), (0, 0)], mode="edge")
    corners = [(top, left) for top in _starts(image.shape[0], size[0]) for left in _starts(image.shape[1], size[1])]
    tiles = translate(np.stack([image[top : top + size[0], left : left + size[1]] for top, left in corners]))
    weights = np.minimum.outer(_tent(size[0]), _tent(size[1]))[..., None]
    total = np.zeros((*image.shape[:2], tiles.shape[-1]))
    counts = np.zeros((*image.shape[:2], 1))
    for tile, (top, left) in zip(tiles, corners, strict=True):
        total[top : top + size[0], left : left + size[1]] += weights * tile
        counts[top : top + size[0], left : left + size[1]] += weights
    return (total / counts)[:height, :width]


def _starts(whole: int, part: int) -> list[int]:
    """Where tiles begin, evenly, the last at the end."""
    count = max(1, -(-(whole - part // OVERLAP) // (part - part // OVERLAP)))
    return np.linspace(0, whole - part, count).round().astype(int).tolist()


def _tent(side: int) -> np.ndarray:
    return np.minimum(np.arange(1, side + 1), np.arange(side, 0, -1)).astype("float64")

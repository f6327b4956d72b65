"""Pictures of any size through a translator of one size, by numpy and Pillow: a runtime's translator too."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

from kerasgen.images import to_float, to_uint8
from kerasgen.images.resize import by_band

OVERLAP = 4  # a tile's side to its overlap with the next
LIMIT = 64_000_000  # pixels of a picture


def translate_image(
    translate: Callable[[np.ndarray], np.ndarray], picture: np.ndarray, size: tuple[int, int], tiled: bool = False
) -> np.ndarray:
    """Translates a picture of any size, its aspect kept.

    Args:
        translate: images (n, *size, channels) in [0, 1] to as many (n, *size, other channels).
        picture: uint8 (height, width, channels).
        size: (height, width) that `translate` takes.
        tiled: cut the picture into overlapping tiles of that size, and blend these; else it is shrunk or enlarged to fit
            into that size, its edges repeated around, and brought back after.

    Returns:
        uint8 (height, width, other channels). Raises ValueError for a picture of more than 64 million pixels.
    """
    height, width = picture.shape[:2]
    if height * width > LIMIT:
        raise ValueError(f"Pictures have {LIMIT:,} pixels at most. Received: {width} x {height}.")
    whole = to_float(picture)
    return to_uint8(_by_tiles(translate, whole, size) if tiled else _fitted(translate, whole, size))


def fit_in(picture: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, tuple[slice, slice]]:
    """Gives a float picture (height, width, channels) resized into `size`, its edges repeated around, and where it lies."""
    scale = min(part / whole for part, whole in zip(size, picture.shape[:2], strict=True))
    inner = [max(1, min(part, round(whole * scale))) for part, whole in zip(size, picture.shape[:2], strict=True)]
    before = [(part - each) // 2 for part, each in zip(size, inner, strict=True)]
    after = [part - each - left for part, each, left in zip(size, inner, before, strict=True)]
    padded = np.pad(resize(picture, tuple(inner)), [*zip(before, after, strict=True), (0, 0)], mode="edge")
    return padded, tuple(slice(left, left + each) for left, each in zip(before, inner, strict=True))


def resize(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resizes a float picture (height, width, channels) in [0, 1] to (height, width), Lanczos."""
    if picture.shape[:2] == tuple(size):
        return picture
    return by_band(picture.astype("float32"), lambda band: band.resize(size[::-1], Image.Resampling.LANCZOS))


def _fitted(translate: Callable, picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    inside, where = fit_in(picture, size)
    return resize(translate(inside[None])[0][where], picture.shape[:2])


def _by_tiles(translate: Callable, picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Tiles weighted by tents: each counts most in its middle, and all together count as one."""
    height, width = picture.shape[:2]
    room = [max(0, part - whole) for part, whole in zip(size, (height, width), strict=True)]
    picture = np.pad(picture, [(0, room[0]), (0, room[1]), (0, 0)], mode="edge")
    corners = [(top, left) for top in _starts(picture.shape[0], size[0]) for left in _starts(picture.shape[1], size[1])]
    tiles = translate(np.stack([picture[top : top + size[0], left : left + size[1]] for top, left in corners]))
    weights = np.minimum.outer(_tent(size[0]), _tent(size[1]))[..., None]
    total = np.zeros((*picture.shape[:2], tiles.shape[-1]))
    counts = np.zeros((*picture.shape[:2], 1))
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

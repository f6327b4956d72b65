"""Sprites with known factors: rendered by a rule from their index, 64 x 64, black and white.

The geometry is that of dSprites (Matthey et al. 2017) for the square and the ellipse, but the third shape is another heart,
so that the set is not dSprites and does not bear its name.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import numpy as np

from kerasgen.data.lazy import Images, LazyImages
from kerasgen.data.source import Source, label_name
from kerasgen.data.splits import select
from kerasgen.images.resize import Size, fit_array

SIDE = 64
FACTORS = {"shape": 3, "scale": 6, "orientation": 40, "x": 32, "y": 32}
SHAPES = ("square", "ellipse", "heart")
NUM_SPRITES = 3 * 6 * 40 * 32 * 32  # 737,280
TEST = 10_000
_BOX = 32  # pixels a side about a sprite's center: the largest one reaches 13.6


def sprite_factors(indices: np.ndarray | Sequence[int]) -> np.ndarray:
    """Gives the factors of sprites: (n, 5) int32 in the order of `FACTORS`, the last one changing fastest.

    Raises ValueError for indices outside [0, 737280).
    """
    indices = np.asarray(indices)
    if indices.size == 0 or indices.min() < 0 or indices.max() >= NUM_SPRITES:
        raise ValueError(f"Indices of sprites must lie in [0, {NUM_SPRITES}). Received: {indices}.")
    return np.stack(np.unravel_index(indices, tuple(FACTORS.values())), axis=-1).astype("int32")


def sprite_indices(factors: np.ndarray | Sequence[Sequence[int]]) -> np.ndarray:
    """The inverse of `sprite_factors`: (n,) int64. Raises ValueError for factors out of their range."""
    factors = np.asarray(factors)
    sizes = tuple(FACTORS.values())
    if factors.ndim != 2 or factors.shape[1] != len(sizes) or (factors < 0).any() or (factors >= sizes).any():
        raise ValueError(f"Factors must be (n, 5) whole numbers, each under its size in {FACTORS}. Received: {factors}.")
    return np.ravel_multi_index(tuple(factors.T), sizes)


def render_sprites(factors: np.ndarray | Sequence[Sequence[int]]) -> np.ndarray:
    """Renders sprites: factors (n, 5) to uint8 images (n, 64, 64, 1) of 0 and 255.

    Pixel centers lie at +0.5 and there is no antialiasing. The center is (16 + 32 x, 16 + 32 y) for x and y in 32 steps from
    0 to 1, the angle minus the orientation (40 steps from 0 to 2 pi, both ends), the scale 0.5 to 1. Raises ValueError for
    factors out of their range.
    """
    sprite_indices(factors)
    factors = np.asarray(factors)
    images = np.zeros((len(factors), SIDE, SIDE, 1), dtype="uint8")
    covered, tops, lefts = _masks(factors)
    box = np.arange(_BOX)
    images[np.arange(len(factors))[:, None, None], (tops[:, None] + box)[:, :, None], (lefts[:, None] + box)[:, None, :], 0] = (
        255 * covered
    )
    return images


class Sprites(LazyImages):
    """The images of `indices`, (n, 64, 64, 1), rendered when they are asked for; `factors` are their (n, 5) factors."""

    sizes = FACTORS
    categorical = (0,)  # the factors whose values have no order

    def __init__(self, indices: np.ndarray) -> None:
        self.indices = np.asarray(indices)
        super().__init__(len(self.indices), (SIDE, SIDE, 1))

    def take(self, indices: np.ndarray) -> np.ndarray:
        return self.render(sprite_factors(self.indices[indices]))

    def render(self, factors: np.ndarray) -> np.ndarray:
        """The images of factors (n, 5): uint8 (n, 64, 64, 1) of 0 and 255, as `render_sprites`."""
        return render_sprites(factors)

    @property
    def factors(self) -> np.ndarray:
        """(n, 5) int32."""
        return sprite_factors(self.indices)


def read_sprites(split: str, size: Size | None, channels: int | None, labels: bool | str | None) -> Source:
    """Gives the sprites of a split: 10,000 "test", chosen at random once and for all, the other 727,280 "train".

    Labels are the factors by name, "shape" by default.
    """
    return split_sprites(Sprites, split, size, channels, labels)


def split_sprites(
    make: Callable[[np.ndarray], Sprites], split: str, size: Size | None, channels: int | None, labels: bool | str | None
) -> Source:
    """`read_sprites` of what `make` gives for the indices of a split."""
    label = label_name(labels, list(FACTORS), "shape")
    order = _order()
    sets = {"train": order[TEST:], "test": order[:TEST]}
    parts = select(split, {name: len(indices) for name, indices in sets.items()})
    sprites = make(np.concatenate([sets[name][part.start : part.stop] for name, part in parts]))
    images: Images = sprites
    if size not in (None, (SIDE, SIDE)) or channels not in (None, 1):
        images = np.stack([fit_array(image, size, channels) for image in sprites[:]])
    values = None if label is None else sprites.factors[:, list(FACTORS).index(label)]
    return Source(images, values, list(SHAPES) if label == "shape" else None)


@functools.cache
def _order() -> np.ndarray:
    return np.random.default_rng(0).permutation(NUM_SPRITES)


def _masks(factors: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What each sprite covers of the box of 32 x 32 pixels about it, and the box's first rows and columns."""
    shape, scale, orientation, x, y = factors.T
    center = 16.0 + 32.0 * np.stack([x, y]) / 31.0  # (2, n)
    corner = np.floor(center).astype(int) - _BOX // 2
    across, down = corner[..., None] + np.arange(_BOX) + 0.5 - center[..., None]  # (n, 32) each: pixel centers
    angle = 2.0 * np.pi * orientation / 39.0
    size = 0.5 + 0.1 * scale
    cosine, sine = (values[:, None, None] for values in (np.cos(angle) / size, np.sin(angle) / size))
    u = cosine * across[:, None, :] - sine * down[:, :, None]  # (n, 32, 32): turned back by -angle
    v = sine * across[:, None, :] + cosine * down[:, :, None]
    covered = np.empty(u.shape, dtype=bool)
    for kind, inside in enumerate((_in_square, _in_ellipse, _in_heart)):
        chosen = shape == kind
        covered[chosen] = inside(u[chosen], v[chosen])
    return covered, corner[1], corner[0]


def _in_square(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.maximum(np.abs(u), np.abs(v)) <= 9.6


def _in_ellipse(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """A polygon of 48 corners: in the frame of the unit circle, the distance to its nearest side."""
    u, v = u / 12.8, v / 7.2
    wedge = 2.0 * np.pi / 48
    return np.hypot(u, v) * np.cos(np.arctan2(v, u) % wedge - wedge / 2) <= np.cos(wedge / 2)


def _in_heart(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """(u^2 + v^2 - 1)^3 <= u^2 v^3 in units of 9.6 pixels, its tip below."""
    u, v = u / 9.6, -v / 9.6
    return (u**2 + v**2 - 1.0) ** 3 <= u**2 * v**3

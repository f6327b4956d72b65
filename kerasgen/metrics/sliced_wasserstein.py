"""Sliced Wasserstein distance between patches of two sets of images (Karras et al. 2018, arXiv:1710.10196, section 5)."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import convolve1d

BINOMIAL = np.array([1.0, 4.0, 6.0, 4.0, 1.0], dtype="float32") / 16.0


def sliced_wasserstein(
    images: np.ndarray, others: np.ndarray, *, patches: int = 64, size: int = 7, directions: int = 256, seed: int = 0
) -> dict[int, float]:
    """Gives the distance at each resolution of the Laplacian pyramid down to 16 pixels, times 1000; 0 for equal distributions.

    Args:
        images: (n, height, width, channels) in [0, 1]; height and width powers of two times 16 (28 x 28 gives one level).
        others: as many, likewise.
        patches: patches an image and level.
        size: side of a patch.
        directions: random projections.
        seed: of the patches and projections.

    Returns:
        {height: distance}, the finest level first. Large heights tell of fine texture, small ones of layout and color.

    Raises ValueError for sets of different size or shape.
    """
    if images.shape != others.shape:
        raise ValueError(f"The two sets must have the same shape. Received: {images.shape} and {others.shape}.")
    result = {}
    for level, (a, b) in enumerate(zip(_laplacian(images), _laplacian(others), strict=True)):
        rng = np.random.default_rng([seed, level])
        basis = rng.standard_normal((size * size * images.shape[-1], directions), dtype="float32")
        basis /= np.linalg.norm(basis, axis=0)
        # The same places in both: sets that are equal are 0 apart.
        projected = [
            np.sort(_descriptors(x, patches, size, np.random.default_rng([seed, level, 1])) @ basis, axis=0) for x in (a, b)
        ]
        result[a.shape[1]] = float(np.mean(np.abs(projected[0] - projected[1])) * 1e3)
    return result


def _descriptors(images: np.ndarray, patches: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """Cuts random patches, each channel normalized to mean 0 and deviation 1: (n * patches, size^2 * channels)."""
    n, height, width, channels = images.shape
    windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))
    tops = rng.integers(0, height - size + 1, n * patches)
    lefts = rng.integers(0, width - size + 1, n * patches)
    chosen = windows[np.repeat(np.arange(n), patches), tops, lefts]  # (n * patches, channels, size, size)
    mean = chosen.mean(axis=(0, 2, 3), keepdims=True)
    deviation = chosen.std(axis=(0, 2, 3), keepdims=True)
    return ((chosen - mean) / np.maximum(deviation, 1e-8)).reshape(n * patches, channels * size * size)


def _laplacian(images: np.ndarray) -> list[np.ndarray]:
    """Gives what each halving of the resolution loses, and the last image."""
    levels, current = [], images.astype("float32")
    while all(side % 2 == 0 and side // 2 >= 16 for side in current.shape[1:3]):
        smaller = _blur(current)[:, ::2, ::2]
        larger = np.zeros_like(current)
        larger[:, ::2, ::2] = 4.0 * smaller
        levels.append(current - _blur(larger))
        current = smaller
    return [*levels, current]


def _blur(images: np.ndarray) -> np.ndarray:
    for axis in (1, 2):
        images = convolve1d(images, BINOMIAL, axis=axis, mode="mirror")
    return images

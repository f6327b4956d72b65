"""The checkerboards that strided upsampling leaves."""

from __future__ import annotations

import numpy as np


def checkerboard_energy(images: np.ndarray, others: np.ndarray, stride: int = 2) -> float:
    """Gives the ratio of the energy that images have at the frequency of a stride to that of others.

    Uneven overlap of a transposed convolution repeats every `stride` pixels (Odena et al. 2016, doi:10.23915/distill.00003):
    it shows in the power spectrum at 1 / stride cycles a pixel, in height, in width or in both. The energy there is taken
    against that of the neighboring frequencies, so that sharper images are not held to have a pattern.

    Args:
        images: generated ones, (n, height, width, channels), sides multiples of `stride`.
        others: real ones, likewise.
        stride: of the upsampling layers.

    Returns:
        1 where images have as much of it as others.

    Raises:
        ValueError: for other sides.
    """
    return _peak(images, stride) / _peak(others, stride)


def _peak(images: np.ndarray, stride: int) -> float:
    """Gives the energy at the stride's frequencies over the mean of their neighbors'."""
    height, width = images.shape[1:3]
    if height % stride or width % stride:
        raise ValueError(f"The images' sides must be multiples of the stride {stride}. Received: {height} x {width}.")
    power = np.mean(
        np.abs(np.fft.fft2(images.astype("float64") - images.mean(axis=(1, 2), keepdims=True), axes=(1, 2))) ** 2, axis=(0, 3)
    )
    at, around = [], []
    for row, column in ((0, width // stride), (height // stride, 0), (height // stride, width // stride)):
        patch = power[np.ix_(np.arange(row - 2, row + 3) % height, np.arange(column - 2, column + 3) % width)]
        at.append(patch[2, 2])
        # Frequency 0 along one side is the energy of whole rows or columns: only what lies along the same line compares.
        line = patch[2] if row == 0 else patch[:, 2] if column == 0 else patch.ravel()
        around.append((line.sum() - patch[2, 2]) / (line.size - 1))
    return float(np.mean(np.array(at) / np.maximum(around, 1e-12)))

"""Affine maps of images without aliasing: twice as many pixels by a wavelet, sampled linearly, and back by the wavelet."""

from __future__ import annotations

import numpy as np
from keras import ops

from kerasgen.backend.typing import Tensor

# The low-pass filter of the orthogonal wavelet sym6 (Daubechies 1992, Ten Lectures on Wavelets, table 8.2).
SYM6 = np.array(
    [
        0.015404109327027373,
        0.0034907120842174702,
        -0.11799011114819057,
        -0.048311742585633,
        0.4910559419267466,
        0.787641141030194,
        0.3379294217276218,
        -0.07263752278646252,
        -0.021060292512300564,
        0.04472490177066578,
        0.0017677118642428036,
        -0.007800708325034148,
    ]
)
FIRST = 5  # the filter's tap at the finer grid's place 0 for pixel 0
CENTER = float(np.arange(len(SYM6)) @ SYM6 / SYM6.sum()) - FIRST  # of pixel 0 on the finer grid, by the filter's center of mass
MARGIN = 7  # places of the finer grid beyond the image's edge


def warp(images: Tensor, matrix: Tensor, shift: Tensor) -> Tensor:
    """Moves what is at x from the image's center to y, where x = matrix (y - shift); mirrored images lie around the image.

    Karras et al. 2020 (arXiv:2006.06676, appendix B). The identity gives the images back, but for rounding.

    Args:
        images: (batch, height, width, channels).
        matrix: (batch, 2, 2), of x to the right and y downwards.
        shift: (batch, 2), in pixels.
    """
    height, width, channels = images.shape[1:]
    fine = ops.einsum("oh,bhwc->bowc", enlarging(height), images)
    fine = ops.einsum("ow,bhwc->bhoc", enlarging(width), fine)  # (batch, 2 height + 14, 2 width + 14, channels)
    x = ops.reshape(places(width) - 0.5 * (width - 1), (1, 1, -1)) - _column(shift[:, 0])  # (batch, 1, columns)
    y = ops.reshape(places(height) - 0.5 * (height - 1), (1, -1, 1)) - _column(shift[:, 1])  # (batch, rows, 1)
    sources = [_column(matrix[:, row, 0]) * x + _column(matrix[:, row, 1]) * y for row in (0, 1)]
    (left, right_share), (top, lower_share) = (_neighbors(*each) for each in zip(sources, (width, height), strict=True))
    sampled = _interpolate(fine, top, left, lower_share, right_share)
    sampled = ops.einsum("ho,bowc->bhwc", reducing(height), sampled)
    return ops.einsum("wo,bhoc->bhwc", reducing(width), sampled)


def reflect(places: Tensor, side: int) -> Tensor:
    """Mirrors places at 0 and side - 1, as often as it takes to lie between them."""
    last = side - 1
    return last - ops.abs(places % max(2 * last, 1) - last)


def places(side: int) -> np.ndarray:
    """Gives the places, in pixels, that `reducing` reads: (2 side + 10,)."""
    return ((np.arange(-FIRST, 2 * side + FIRST) - CENTER) / 2).astype("float32")


def enlarging(side: int) -> np.ndarray:
    """Gives the matrix (2 side + 14, side) from pixels, mirrored at the edges, to the finer grid."""
    matrix = np.zeros((2 * side + 2 * MARGIN, side))
    for row, place in enumerate(range(-MARGIN, 2 * side + MARGIN)):
        for tap in range((place + FIRST) % 2, len(SYM6), 2):
            pixel = (place + FIRST - tap) // 2
            mirrored = side - 1 - abs(pixel % max(2 * (side - 1), 1) - (side - 1))
            matrix[row, mirrored] += 2**0.5 * SYM6[tap]
    return matrix.astype("float32")


def reducing(side: int) -> np.ndarray:
    """Gives the matrix (side, 2 side + 10) from the finer grid to pixels."""
    matrix = np.zeros((side, 2 * side + 2 * FIRST))
    for row in range(side):
        matrix[row, 2 * row : 2 * row + len(SYM6)] = SYM6 / 2**0.5
    return matrix.astype("float32")


def _column(numbers: Tensor) -> Tensor:
    # No `numbers[:, None, None]`: TensorFlow's optimizer of graphs loses new axes of what was stacked.
    return ops.reshape(numbers, (-1, 1, 1))


def _neighbors(centered: Tensor, side: int) -> tuple[Tensor, Tensor]:
    """The row or column of the finer grid before a place, which is in pixels from the center, and the share of the next."""
    pixel = centered + 0.5 * (side - 1)
    place = 2.0 * pixel + CENTER
    inside = ops.logical_and(place >= -MARGIN, place < 2 * side + MARGIN - 1)
    place = ops.where(inside, place, 2.0 * reflect(pixel, side) + CENTER) + MARGIN
    before = ops.floor(place)
    return ops.cast(before, "int32"), place - before


def _interpolate(images: Tensor, top: Tensor, left: Tensor, lower_share: Tensor, right_share: Tensor) -> Tensor:
    channels = images.shape[3]
    pairs = ops.concatenate([images[:, :, :-1], images[:, :, 1:]], axis=-1)  # neighbors by one lookup
    height, width = pairs.shape[1:3]
    first = ops.arange(ops.shape(images)[0], dtype="int32")[:, None, None] * (height * width)
    place, pairs = first + top * width + left, ops.reshape(pairs, (-1, 2 * channels))
    upper, lower = ops.take(pairs, place, axis=0), ops.take(pairs, place + width, axis=0)
    both = upper + lower_share[..., None] * (lower - upper)
    before, after = both[..., :channels], both[..., channels:]
    return before + right_share[..., None] * (after - before)

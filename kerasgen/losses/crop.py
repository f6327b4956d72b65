"""Windows of images and of the maps that were made of them."""

from __future__ import annotations

from keras import ops

from kerasgen.backend.typing import Tensor


def crop(maps: Tensor, top: Tensor, left: Tensor, height: int, width: int) -> Tensor:
    """Cuts a window out of each map, each at a place of its own.

    Args:
        maps: (batch, rows, columns, channels).
        top: the first row of each window, (batch,) whole numbers as float32, from 0 to rows - height.
        left: the first column, likewise.
        height: of the windows.
        width: likewise.

    Returns:
        (batch, height, width, channels)
    """
    for axis, first, side in ((1, top, height), (2, left, width)):
        places = first[:, None, None] + ops.arange(side, dtype="float32")[None, :, None]
        # (batch, to, from): a product is faster than gathering, and as exact.
        moves = ops.cast(ops.equal(places, ops.arange(maps.shape[axis], dtype="float32")), maps.dtype)
        maps = ops.einsum("bij,bjwc->biwc" if axis == 1 else "bij,bhjc->bhic", moves, maps)
    return maps

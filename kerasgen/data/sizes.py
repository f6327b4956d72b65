"""The sizes of batches and images that users give."""

from __future__ import annotations

import operator

import numpy as np


def check_batch_size(batch_size: int, num_images: int | None = None, drop_remainder: bool = False) -> int:
    """Gives a batch size as an int; raises ValueError unless it is positive and, with the remainder dropped, fits."""
    try:
        size = operator.index(batch_size)
    except TypeError:
        size = 0
    if size <= 0 or isinstance(batch_size, bool):
        raise ValueError(f"`batch_size` must be a positive integer. Received: {batch_size!r}")
    if drop_remainder and num_images is not None and size > num_images:
        raise ValueError(
            f"`batch_size` must be at most the number of images, {num_images}, as incomplete batches are dropped "
            f"(`drop_remainder=False` keeps them). Received: {size}"
        )
    return size


def check_image_size(image_size: int | tuple[int, int] | None) -> tuple[int, int] | None:
    """Gives an image size, a side or (height, width), as (height, width); raises ValueError for another."""
    if image_size is None:
        return None
    size = tuple(image_size) if isinstance(image_size, (tuple, list)) else (image_size, image_size)
    whole = all(isinstance(side, (int, np.integer)) and not isinstance(side, bool) for side in size)
    if len(size) != 2 or not whole or min(size) < 1:
        raise ValueError(f"`image_size` must be a positive int or (height, width). Received: {image_size!r}")
    return int(size[0]), int(size[1])

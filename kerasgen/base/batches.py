"""Batches of training."""

from __future__ import annotations

import math
from collections.abc import Sequence

import keras
from keras import ops

from kerasgen.backend.typing import Array, Batch
from kerasgen.data.dataset import Dataset


def pair_of(data: Sequence[object]) -> tuple[object, object]:
    """Gives x and y of what `validation_data` takes: (x,), or (x, y); raises ValueError for others."""
    if len(data) not in (1, 2):
        raise ValueError(f"validation_data must be data, or a pair of x and y, without weights. Received: {len(data)} parts.")
    return data[0], data[1] if len(data) == 2 else None


def held_back(x: Array, y: Array | None, share: float) -> tuple[Array, Array | None, tuple[Array, ...]]:
    """Gives x and y without the share at their end, and that share, as Keras's `validation_split` divides arrays.

    Raises ValueError for data that are no arrays, and where a part would be empty.
    """
    if not hasattr(x, "shape"):
        raise ValueError(f"validation_split divides arrays; of others give validation_data. Received: {type(x).__name__}.")
    count = math.floor(len(x) * (1.0 - share))
    if not 0 < count < len(x):
        raise ValueError(f"validation_split must leave images on both sides. Received: {share}, of {len(x)} images.")
    if y is None:
        return x[:count], None, (x[count:],)
    return x[:count], y[:count], (x[count:], y[count:])


def batch_size_of(x: object, batch_size: int | None, steps: int | None = None) -> int:
    """Gives the number of images in a batch of what `fit` is given, in so many steps an epoch, as Keras chooses it."""
    if isinstance(x, Dataset):
        return x.batch_size
    shape = getattr(x, "shape", None)  # of arrays
    return batch_size or (math.ceil(shape[0] / steps) if steps and shape else 32)


def split(batch: Batch, parts: int) -> list[Batch]:
    """Cuts a batch into parts of equally many images; where it has fewer images than parts, some are in several."""
    count = ops.shape(batch[0])[0]  # a tensor where TensorFlow's graph does not know it
    largest, smallest = (max, min) if isinstance(count, int) else (ops.maximum, ops.minimum)
    size = largest(count // parts, 1)
    starts = [smallest(part * size, count - size) for part in range(parts)]
    return [keras.tree.map_structure(lambda v: v[start : start + size], batch) for start in starts]

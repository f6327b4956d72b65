"""Batches of training, and what is the default while networks are built."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

import keras
from keras import ops

from kerasgen.backend.typing import Batch
from kerasgen.data.dataset import Dataset


def pair_of(data: Sequence[object]) -> tuple[object, object]:
    """Gives x and y of what `validation_data` takes: (x,), or (x, y); raises ValueError for others."""
    if len(data) not in (1, 2):
        raise ValueError(f"validation_data must be data, or a pair of x and y. Received: {len(data)} parts.")
    return data[0], data[1] if len(data) == 2 else None


def batch_size_of(x: object, batch_size: int | None) -> int:
    """Gives the number of images in a batch of what `fit` is given; 32 where nothing says, as in Keras."""
    return x.batch_size if isinstance(x, Dataset) else batch_size or 32


def split(batch: Batch, parts: int) -> list[Batch]:
    """Cuts a batch into parts of equally many images; where it has fewer images than parts, some are in several."""
    count = ops.shape(batch[0])[0]  # a tensor where TensorFlow's graph does not know it
    largest, smallest = (max, min) if isinstance(count, int) else (ops.maximum, ops.minimum)
    size = largest(count // parts, 1)
    starts = [smallest(part * size, count - size) for part in range(parts)]
    return [keras.tree.map_structure(lambda v: v[start : start + size], batch) for start in starts]


@contextlib.contextmanager
def default_dtype_policy(policy: keras.DTypePolicy) -> Iterator[None]:
    """Makes `policy` the default of the layers that are built inside."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)

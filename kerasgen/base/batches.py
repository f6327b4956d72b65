"""Batches of training, and what is the default while networks are built."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

import keras
import numpy as np
from keras import ops

from kerasgen.backend.typing import Batch
from kerasgen.data.dataset import Dataset
from kerasgen.images import to_float


def unpack(data: Batch) -> Batch:
    """Gives (images,) or (images, labels) of what `fit` hands to a step; raises ValueError for weights of samples."""
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
    if sample_weight is not None:
        raise ValueError("Generative losses take no sample weights. Received: data of three parts.")
    batch = (x,) if y is None else (x, y)
    return keras.tree.map_structure(ops.convert_to_tensor, batch)  # `train_on_batch` hands numpy through


def scaled(images: object) -> object:
    """Gives arrays of images, uint8 too, as float32 in [0, 1], and all else as it is."""
    return to_float(images) if isinstance(images, np.ndarray) and images.ndim == 4 else images


def pair_of(data: Sequence[object]) -> tuple[object, object]:
    """Gives x and y of what `validation_data` takes: (x,), or (x, y); raises ValueError for others."""
    if len(data) not in (1, 2):
        raise ValueError(f"validation_data must be data, or a pair of x and y. Received: {len(data)} parts.")
    return data[0], data[1] if len(data) == 2 else None


def batch_size_of(x: object, batch_size: int | None) -> int:
    """Gives the number of images in a batch of what `fit` is given; 32 where nothing says, as in Keras."""
    return x.batch_size if isinstance(x, Dataset) else batch_size or 32


def split(batch: Batch, parts: int) -> list[Batch]:
    """Cuts a batch into parts of equally many images."""
    size = ops.shape(batch[0])[0] // parts
    return [keras.tree.map_structure(lambda v: v[start * size : (start + 1) * size], batch) for start in range(parts)]


@contextlib.contextmanager
def default_dtype_policy(policy: keras.DTypePolicy) -> Iterator[None]:
    """Makes `policy` the default of the layers that are built inside."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)

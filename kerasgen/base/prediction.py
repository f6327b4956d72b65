"""Running a network over many inputs, batch by batch."""

from __future__ import annotations

import keras
import numpy as np


def predict(network: keras.Model, inputs, batch_size: int = 64):
    """Runs `network` over inputs (n, ...), arrays or tensors, a list of them for several inputs; they go in as float32.

    Gives float32 numpy, a list of them for several outputs.

    `keras.Model.predict` costs ten times the network itself for a single image. The last of several batches is padded, so
    that a compiling backend compiles one size.
    """
    inputs = keras.tree.map_structure(lambda v: keras.ops.convert_to_numpy(v).astype("float32", copy=False), inputs)
    n = len(keras.tree.flatten(inputs)[0])
    if n <= batch_size:
        return network.predict_on_batch(inputs)
    parts = []
    for start in range(0, n, batch_size):
        part = keras.tree.map_structure(lambda v: v[start : start + batch_size], inputs)
        size = min(batch_size, n - start)
        padded = keras.tree.map_structure(lambda v: np.concatenate([v, np.repeat(v[-1:], batch_size - size, axis=0)]), part)
        parts.append(keras.tree.map_structure(lambda v: v[:size], network.predict_on_batch(padded)))
    return keras.tree.map_structure(lambda *v: np.concatenate(v), *parts)

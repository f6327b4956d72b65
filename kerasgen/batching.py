"""Running a network over many inputs, batch by batch."""

from __future__ import annotations

import keras
import numpy as np


def predict(network: keras.Model, inputs, batch_size: int = 64):
    """Runs `network` over inputs (n, ...), arrays or tensors; gives float32 numpy, a list of them for several outputs.

    `keras.Model.predict` costs ten times the network itself for a single image. The last of several batches is padded, so
    that a compiling backend compiles one size.
    """
    inputs = keras.ops.convert_to_numpy(inputs).astype("float32", copy=False)
    if len(inputs) <= batch_size:
        return network.predict_on_batch(inputs)
    parts = []
    for start in range(0, len(inputs), batch_size):
        part = inputs[start:start + batch_size]
        missing = batch_size - len(part)
        padded = np.concatenate([part, np.repeat(part[-1:], missing, axis=0)]) if missing else part
        parts.append(keras.tree.map_structure(lambda v: v[:len(part)], network.predict_on_batch(padded)))
    return keras.tree.map_structure(lambda *v: np.concatenate(v), *parts)

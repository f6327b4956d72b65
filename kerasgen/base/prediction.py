"""Running a network over many inputs, batch by batch."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from kerasgen.backend.typing import Tensor
from kerasgen.base.settings import keras_defaults

Inputs = np.ndarray | Tensor | Sequence[np.ndarray | Tensor]


def predict(network: keras.Model, inputs: Inputs, batch_size: int = 64) -> np.ndarray:
    """Runs a network of one output over inputs (n, ...), arrays or tensors, a list of them for several inputs.

    They go in as float32; the output is float32 numpy. `keras.Model.predict` costs ten times the network itself for a single
    image.
    """
    (output,) = predict_all(network, inputs, batch_size)
    return output


@keras_defaults()
def predict_all(network: keras.Model, inputs: Inputs, batch_size: int = 64) -> list[np.ndarray]:
    """Does the same for a network of any number of outputs, and gives a list of them.

    The last of several batches is padded, so that a compiling backend compiles one size.
    """
    if batch_size < 1:
        raise ValueError(f"batch_size must be positive. Received: {batch_size}.")
    inputs = keras.tree.map_structure(lambda v: keras.ops.convert_to_numpy(v).astype("float32", copy=False), inputs)
    n = len(keras.tree.flatten(inputs)[0])
    if n <= batch_size:
        return [output[:n] for output in keras.tree.flatten(network.predict_on_batch(inputs))]  # each replica gives all
    parts = []
    for start in range(0, n, batch_size):
        part = keras.tree.map_structure(lambda v: v[start : start + batch_size], inputs)
        size = min(batch_size, n - start)
        padded = keras.tree.map_structure(lambda v: np.concatenate([v, np.repeat(v[-1:], batch_size - size, axis=0)]), part)
        parts.append([output[:size] for output in keras.tree.flatten(network.predict_on_batch(padded))])
    return [np.concatenate(outputs) for outputs in zip(*parts, strict=True)]

"""Batch normalization that means the same on one device and on many."""

from __future__ import annotations

import keras

from kerasgen import backend


def batch_norm(name: str, momentum: float = 0.9) -> keras.layers.BatchNormalization:
    """`BatchNormalization` over the global batch.

    JAX sees the global batch anyway; TensorFlow's replicas must be told to share their statistics.
    """
    return backend.BatchNormalization(momentum=momentum, epsilon=1e-5, synchronized=_replicated(), name=name)


def _replicated() -> bool:
    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf

    return tf.distribute.get_strategy().num_replicas_in_sync > 1

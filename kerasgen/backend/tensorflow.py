"""TensorFlow: gradients by tape; under `tf.distribute` every replica runs the step on its share of the batch."""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from keras.layers import AveragePooling2D, BatchNormalization, Conv2D, Conv2DTranspose  # noqa: F401

from kerasgen.backend.typing import Step, Tensor, Values

COMPILES_BRANCHES = False  # XLA loses the size of the batch between a branch and its gradient


def run_train_step(model: keras.Model, step: Step, data: object) -> Values:
    """Runs the step."""
    return step(data)


def run_test_step(model: keras.Model, step: Step, data: object) -> Values:
    """Runs the step."""
    return step(data)


def minimize(
    loss: Callable[[], Values],
    total: Callable[[Values], Tensor],
    variables: list[keras.Variable],
    optimizer: keras.optimizers.Optimizer,
    model: keras.Model,
) -> Values:
    """Differentiates by a tape; each replica takes its part of the mean."""
    # Keras's optimizers sum the gradients over the replicas: each brings its part of the mean.
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    weights = [variable.value for variable in variables]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(weights)
        values = loss()
        objective = total(values) / replicas  # inside the tape, or the sum has no gradient
    gradients = tape.gradient(objective, weights)
    optimizer.apply(gradients, variables)
    return values


def gradient(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Differentiates by a tape."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(function(x))
    return tape.gradient(total, x)


def normal(shape: tuple, seed_generator: keras.random.SeedGenerator) -> Tensor:
    """Draws other noise on each replica: they share the generator's state, so their number goes into the seed."""
    context = tf.distribute.get_replica_context()
    replica = context.replica_id_in_sync_group if context else 0
    seed = tf.cast(seed_generator.next(), "int64") + tf.cast([replica, 0], "int64") * 0x9E3779B9
    return tf.random.stateless_normal(shape, seed=seed)


def depthwise_conv(x: Tensor, kernel: np.ndarray) -> Tensor:
    """Convolves by TensorFlow's own kernel."""
    return tf.nn.depthwise_conv2d(x, tf.cast(kernel, x.dtype), strides=[1, 1, 1, 1], padding="SAME")


def compute_capability() -> tuple[int, int] | None:
    """Asks the first device."""
    devices = tf.config.get_visible_devices("GPU")
    return tf.config.experimental.get_device_details(devices[0]).get("compute_capability", (0, 0)) if devices else None

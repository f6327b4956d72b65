"""TensorFlow: gradients by tape; under `tf.distribute` every replica runs the step on its share of the batch."""

from __future__ import annotations

import contextlib
import types
from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf
from keras.layers import AveragePooling2D  # noqa: F401

from kerasgen.backend.distribution import Distribution, too_few
from kerasgen.backend.keras_internals import adam_moments, reduce_scalars_over_workers
from kerasgen.backend.tensorflow_layers import BatchNormalization, Conv2D, Conv2DTranspose, differentiated  # noqa: F401
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
    count = replicas()
    weights = [variable.value for variable in variables]
    with tf.GradientTape(watch_accessed_variables=False) as tape, differentiated():
        tape.watch(weights)
        values = loss()
        objective = total(values) / count  # inside the tape, or the sum has no gradient
    gradients = tape.gradient(objective, weights)
    if isinstance(optimizer, keras.optimizers.Adam) and not optimizer.amsgrad and count == 1:
        optimizer.update_step = types.MethodType(_fused_adam, optimizer)
    optimizer.apply(gradients, variables)
    return values


def _fused_adam(optimizer: keras.optimizers.Adam, gradient: Tensor, variable: tf.Variable, learning_rate: Tensor) -> None:
    """Keras's update in TensorFlow's single pass; Keras's own takes a dozen."""
    step = tf.cast(optimizer.iterations + 1, variable.dtype)
    (first,), (second,) = adam_moments(optimizer, [variable])
    tf.raw_ops.ResourceApplyAdam(
        var=variable.handle,
        m=first.handle,
        v=second.handle,
        beta1_power=tf.cast(optimizer.beta_1, variable.dtype) ** step,
        beta2_power=tf.cast(optimizer.beta_2, variable.dtype) ** step,
        lr=tf.cast(learning_rate, variable.dtype),
        beta1=optimizer.beta_1,
        beta2=optimizer.beta_2,
        epsilon=optimizer.epsilon,
        grad=tf.cast(gradient, variable.dtype),
    )


def gradient(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Differentiates by a tape."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(function(x))
    return tape.gradient(total, x)


def normal(shape: tuple, seed_generator: keras.random.SeedGenerator) -> Tensor:
    """Draws the noise of the global batch on each replica, which takes its part: as one device draws for the whole batch."""
    context = tf.distribute.get_replica_context()
    count, place = (context.num_replicas_in_sync, context.replica_id_in_sync_group) if context else (1, 0)
    return tf.random.stateless_normal((count, *shape), seed=tf.cast(seed_generator.next(), "int64"))[place]


def replicas() -> int:
    """Asks the strategy."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def mean_over_replicas(x: Tensor) -> Tensor:
    """Reduces over the replicas, where a step runs on several."""
    context = tf.distribute.get_replica_context()
    return context.all_reduce("MEAN", x) if context and context.num_replicas_in_sync > 1 else x


def depthwise_conv(x: Tensor, kernel: np.ndarray) -> Tensor:
    """Convolves by TensorFlow's own kernel."""
    return tf.nn.depthwise_conv2d(x, tf.cast(kernel, x.dtype), strides=[1, 1, 1, 1], padding="SAME")


def compute_capability() -> tuple[int, int] | None:
    """Asks the first device."""
    devices = tf.config.get_visible_devices("GPU")
    return tf.config.experimental.get_device_details(devices[0]).get("compute_capability", (0, 0)) if devices else None


def distribute(devices: int | None, addresses: Sequence[str] = (), rank: int = 0) -> Distribution:
    """Starts a strategy on this machine's devices, or on those of all processes; before anything else is computed."""
    reduce_scalars_over_workers()
    kind = "GPU" if tf.config.list_physical_devices("GPU") else "CPU"
    try:
        count = _use_devices(kind, devices, bool(addresses))
    except RuntimeError:  # of TensorFlow, which has begun
        raise RuntimeError("Devices must be chosen before TensorFlow computes. Received: a program in which it has.") from None
    strategy: tf.distribute.Strategy
    if addresses:
        cluster = tf.train.ClusterSpec({"worker": list(addresses)})
        resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
            cluster, task_type="worker", task_id=rank, rpc_layer="grpc"
        )
        strategy = _Workers(cluster_resolver=resolver)
    else:
        strategy = tf.distribute.MirroredStrategy([f"{kind}:{index}" for index in range(count)])
    return Distribution(
        strategy.num_replicas_in_sync, f"{count} {kind}", strategy.scope, contextlib.nullcontext, contextlib.nullcontext
    )


def _use_devices(kind: str, wanted: int | None, several_processes: bool) -> int:
    """Makes so many devices visible, and gives their number; a CPU is split."""
    found = tf.config.list_physical_devices(kind)
    if kind == "CPU" and several_processes and (wanted or 1) > 1:
        raise ValueError(f"Each of several processes has one device on machines without GPUs. Received: `devices` {wanted}.")
    if kind == "CPU":
        count = wanted or 1
        tf.config.set_logical_device_configuration(found[0], [tf.config.LogicalDeviceConfiguration()] * count)
        return count
    count = wanted or len(found)
    if count > len(found):
        raise too_few(count, len(found), "GPUs")
    tf.config.set_visible_devices(found[:count], kind)
    return count


class _Workers(tf.distribute.MultiWorkerMirroredStrategy):
    """Takes what each process's data set gives as its share of the global batch, and splits it over its own devices.

    Else every process would make all batches whole and throw away the shares of the others.
    """

    def experimental_distribute_dataset(
        self, dataset: tf.data.Dataset, options: tf.distribute.InputOptions | None = None
    ) -> tf.distribute.DistributedDataset:
        local = self.num_replicas_in_sync // self.cluster_resolver.cluster_spec().num_tasks("worker")

        def parts(*batch: tf.Tensor) -> tf.data.Dataset:
            split = keras.tree.map_structure(lambda v: tf.reshape(v, (local, -1, *v.shape[1:])), batch)
            return tf.data.Dataset.from_tensor_slices(split)

        return self.distribute_datasets_from_function(lambda context: dataset.flat_map(parts), options)

    def reduce(self, reduce_op: object, value: object, axis: int | None) -> object:
        """Reduces the parts of a batch one by one: Keras 3.15.1 hands a batch in whole, which TensorFlow takes for a tensor."""
        if isinstance(value, tuple):
            return tuple(self.reduce(reduce_op, each, axis) for each in value)
        return super().reduce(reduce_op, value, axis)

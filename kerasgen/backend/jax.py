"""JAX: Keras hands the state in and takes it back, so a step runs inside a `StatelessScope` over all variables.

Within the scope the stateful code of the other backends works unchanged: `variable.value` reads and `assign` writes the
scope, optimizers and metrics included. Only the differentiated function needs a scope of its own.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence

import jax
import keras
import numpy as np
from keras import StatelessScope, ops
from keras.layers import AveragePooling2D, BatchNormalization  # noqa: F401

from kerasgen.backend.distribution import Distribution, too_few
from kerasgen.backend.typing import Step, Tensor, Values

COMPILES_BRANCHES = True

State = tuple[list[Tensor], ...]  # the values of each group of variables
Sides = tuple[int, int]


def run_train_step(model: keras.Model, step: Step, state: State, data: object) -> tuple[Values, State]:
    """Runs the step on Keras's state, and gives the new one."""
    groups = (
        model.trainable_variables,
        model.non_trainable_variables,
        model.optimizer.variables,
        model.metrics_variables,
    )
    return _run(step, groups, state, data)


def run_test_step(model: keras.Model, step: Step, state: State, data: object) -> tuple[Values, State]:
    """Runs the step on Keras's state without the optimizers', and gives the new one."""
    groups = (model.trainable_variables, model.non_trainable_variables, model.metrics_variables)
    return _run(step, groups, state, data)


def _run(step: Step, groups: Sequence[list[keras.Variable]], state: State, data: object) -> tuple[Values, State]:
    pairs = [pair for group, values in zip(groups, state, strict=True) for pair in zip(group, values, strict=True)]
    with StatelessScope(state_mapping=pairs) as scope:
        logs = step(data)
    return logs, tuple([_current_value(scope, variable) for variable in group] for group in groups)


def minimize(
    loss: Callable[[], Values],
    total: Callable[[Values], Tensor],
    variables: list[keras.Variable],
    optimizer: keras.optimizers.Optimizer,
    model: keras.Model,
) -> Values:
    """Differentiates the loss in a scope of its own, which hands out what else changed."""
    trained = {id(variable) for variable in variables}
    others = [variable for variable in _state(model) if id(variable) not in trained]
    outer = [(variable, variable.value) for variable in others]

    def objective(weights: list[Tensor]) -> tuple[Tensor, tuple[Values, list[Tensor]]]:
        with StatelessScope(state_mapping=outer + list(zip(variables, weights, strict=True))) as scope:
            values = loss()
        return total(values), (values, [_current_value(scope, variable) for variable in others])

    start = [variable.value for variable in variables]
    (_, (values, updated)), gradients = jax.value_and_grad(objective, has_aux=True)(start)
    for (variable, before), after in zip(outer, updated, strict=True):
        if after is not before:  # moving statistics, random state
            variable.assign(after)
    optimizer.apply(gradients, variables)
    return values


def _state(model: keras.Model) -> list[keras.Variable]:
    return model.trainable_variables + model.non_trainable_variables + model.optimizer.variables


def _current_value(scope: StatelessScope, variable: keras.Variable) -> Tensor:
    value = scope.get_current_value(variable)
    return variable.value if value is None else value


def gradient(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Differentiates by `jax.grad`."""
    return jax.grad(lambda inputs: function(inputs).sum())(x)


def normal(shape: tuple, seed_generator: keras.random.SeedGenerator) -> Tensor:
    """Draws the global batch, of which each device takes its part."""
    return keras.random.normal(shape, dtype="float32", seed=seed_generator)


def replicas() -> int:
    """A step sees the global batch, as on one device."""
    return 1


def mean_over_replicas(x: Tensor) -> Tensor:
    """Gives what it is given: it is of the global batch."""
    return x


def distribute(devices: int | None, addresses: Sequence[str] = (), rank: int = 0) -> Distribution:
    """Starts Keras's data parallelism on this machine's devices, or on those of all processes; before JAX computes."""
    if devices is not None and "host_platform_device_count" not in os.environ.get("XLA_FLAGS", ""):
        jax.config.update("jax_num_cpu_devices", devices)
    if addresses:
        jax.config.update("jax_enable_preemption_service", False)  # it keeps SIGTERM from ending a process
        jax.distributed.initialize(addresses[0], len(addresses), rank)
    kind = jax.default_backend()
    local = jax.local_devices()
    count = devices or len(local)
    if count > len(local):
        raise too_few(count, len(local), "GPUs" if kind == "gpu" else kind)
    by_process: dict[int, list[jax.Device]] = {}
    for device in jax.devices():
        by_process.setdefault(device.process_index, []).append(device)
    chosen = [f"{kind}:{device.id}" for process in sorted(by_process) for device in by_process[process][:count]]
    engine = keras.distribution.DataParallel(devices=chosen, auto_shard_dataset=False)  # the data are shared already
    return Distribution(len(chosen), f"{count} {kind.upper()}", engine.scope, engine.scope, _alone)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    before = keras.distribution.distribution()
    keras.distribution.set_distribution(None)
    try:
        yield
    finally:
        keras.distribution.set_distribution(before)


def depthwise_conv(x: Tensor, kernel: np.ndarray) -> Tensor:
    """As shifted sums, which XLA fuses: its grouped convolutions and their gradients take fifteen times as long on a CPU."""
    (rows, columns), (height, width) = kernel.shape[:2], x.shape[1:3]
    padded = ops.pad(x, ((0, 0), (rows // 2, rows // 2), (columns // 2, columns // 2), (0, 0)))
    weights = ops.cast(kernel[..., 0], x.dtype)  # (rows, columns, channels)
    return sum(weights[i, j] * padded[:, i : i + height, j : j + width] for i in range(rows) for j in range(columns))


def compute_capability() -> tuple[int, int] | None:
    """Asks the first device, as "9.0"; ROCm's tell another name."""
    device = jax.devices()[0]
    if device.platform != "gpu":
        return None
    major, _, minor = str(device.compute_capability).partition(".")
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else (0, 0)


def _with_gradients(backward: Callable) -> Callable[[Callable], Callable]:
    """Gives `function(inputs, kernel, strides)` the gradients `backward(strides, (inputs, kernel), gradient)`."""

    def decorate(function: Callable) -> Callable:
        own = jax.custom_vjp(function, nondiff_argnums=(2,))
        own.defvjp(lambda inputs, kernel, strides: (own(inputs, kernel, strides), (inputs, kernel)), backward)
        return own

    return decorate


class Conv2D(keras.layers.Conv2D):
    """With other gradients on a CPU: the one to the kernel that JAX derives takes up to six times as long."""

    def convolution_op(self, inputs: Tensor, kernel: Tensor) -> Tensor:
        inputs, kernel = ops.convert_to_tensor(inputs), ops.convert_to_tensor(kernel)
        usual = self.padding == "same" and self.dilation_rate == (1, 1) and self.groups == 1
        if jax.default_backend() != "cpu" or not usual or self.data_format != "channels_last":
            return super().convolution_op(inputs, kernel)
        return _conv(inputs, kernel, self.strides)


def _conv_backward(strides: Sides, saved: tuple[Tensor, Tensor], gradient: Tensor) -> tuple[Tensor, Tensor]:
    images, kernel = saved
    if strides == (1, 1) and kernel.shape[0] % 2 and kernel.shape[1] % 2:  # a convolution too, with these gradients itself
        to_images = _conv(gradient, ops.transpose(ops.flip(kernel, (0, 1)), (0, 1, 3, 2)), strides)
    else:
        to_images = jax.vjp(lambda x: ops.conv(x, kernel, strides, "same", data_format="channels_last"), images)[1](gradient)[0]
    return to_images, _to_kernel(images, gradient, kernel, strides)


def _to_kernel(images: Tensor, gradient: Tensor, kernel: Tensor, strides: Sides) -> Tensor:
    """Each weight meets the images moved by its place: one product of matrices for a row of the kernel."""
    rows, columns, channels, filters = kernel.shape
    height, width = ((there - 1) * stride + 1 for there, stride in zip(gradient.shape[1:3], strides, strict=True))
    around = [
        max(end - 1 + size - here, 0)
        for end, size, here in zip((height, width), (rows, columns), images.shape[1:3], strict=True)
    ]
    padded = ops.pad(images, ((0, 0), *((total // 2, total - total // 2) for total in around), (0, 0)))
    moved = ops.concatenate([padded[:, :, j : j + width : strides[1]] for j in range(columns)], axis=-1)
    products = [
        jax.numpy.einsum("bhwi,bhwo->io", moved[:, i : i + height : strides[0]], gradient, preferred_element_type="float32")
        for i in range(rows)
    ]
    return ops.cast(ops.reshape(ops.stack(products), (rows, columns, channels, filters)), kernel.dtype)


@_with_gradients(_conv_backward)
def _conv(images: Tensor, kernel: Tensor, strides: Sides) -> Tensor:
    return ops.conv(images, kernel, strides, "same", data_format="channels_last")


class Conv2DTranspose(keras.layers.Conv2DTranspose):
    """With another gradient to the kernel: the one JAX derives takes ten to thirty times as long on a CPU."""

    def call(self, inputs: Tensor) -> Tensor:
        if self.padding != "same" or self.dilation_rate != (1, 1) or self.output_padding is not None:
            return super().call(inputs)
        outputs = _conv_transpose(ops.convert_to_tensor(inputs), ops.convert_to_tensor(self.kernel), self.strides)
        if self.use_bias:
            outputs = outputs + ops.convert_to_tensor(self.bias)
        return self.activation(outputs)


def _conv_transpose_backward(strides: Sides, saved: tuple[Tensor, Tensor], image: Tensor) -> tuple[Tensor, Tensor]:
    """The transposed convolution maps codes to images by the adjoint of a convolution that maps images to codes."""
    codes, kernel = saved
    output, pull = jax.vjp(lambda k: ops.conv(image, k, strides, "same", data_format="channels_last"), kernel)
    return output, pull(codes)[0]


@_with_gradients(_conv_transpose_backward)
def _conv_transpose(codes: Tensor, kernel: Tensor, strides: Sides) -> Tensor:
    return ops.conv_transpose(codes, kernel, strides, "same", data_format="channels_last")

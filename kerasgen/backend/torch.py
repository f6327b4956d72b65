"""PyTorch: gradients by `torch.autograd.grad` of the phase's own weights, so that no other network collects any."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import NoReturn

import keras
import numpy as np
import torch
from keras import ops

from kerasgen.backend.keras_internals import adam_moments, fused_adam, replace_update
from kerasgen.backend.torch_layers import AveragePooling2D, BatchNormalization, Conv2D, Conv2DTranspose  # noqa: F401
from kerasgen.backend.typing import Step, Tensor, Values

COMPILES_BRANCHES = True


def run_train_step(model: keras.Model, step: Step, data: object) -> Values:
    """Runs the step."""
    return step(data)


def run_test_step(model: keras.Model, step: Step, data: object) -> Values:
    """Runs the step without recording gradients."""
    with torch.no_grad():
        return step(data)


def minimize(
    loss: Callable[[], Values],
    total: Callable[[Values], Tensor],
    variables: list[keras.Variable],
    optimizer: keras.optimizers.Optimizer,
    model: keras.Model,
) -> Values:
    """Differentiates by `torch.autograd.grad`; on a CPU Adam then takes its fused kernel."""
    with torch.enable_grad(), _without_others(model, variables):
        values = loss()
        gradients = torch.autograd.grad(total(values), [variable.value for variable in variables])
    if isinstance(optimizer, keras.optimizers.Adam) and not optimizer.amsgrad and gradients[0].device.type == "cpu":
        replace_update(optimizer, _fused_adam)
    with torch.no_grad():
        optimizer.apply(list(gradients), variables)
    return {name: value.detach() for name, value in values.items()}


@contextlib.contextmanager
def _without_others(model: keras.Model, variables: list[keras.Variable]) -> Iterator[None]:
    """Records nothing for the weights of the other networks: their gradients are not asked for."""
    chosen = {id(variable) for variable in variables}
    others = [variable.value for variable in model.trainable_variables if id(variable) not in chosen]
    others = [value for value in others if value.requires_grad]
    for value in others:
        value.requires_grad_(False)
    try:
        yield
    finally:
        for value in others:
            value.requires_grad_(True)


def _fused_adam(
    optimizer: keras.optimizers.Adam, gradients: list[Tensor], variables: list[keras.Variable], learning_rate: Tensor
) -> None:
    """Keras's update in PyTorch's single pass; Keras's own takes a dozen, which on a CPU cost as much as a layer."""
    step = int(optimizer.iterations) + 1
    first, second = adam_moments(optimizer, variables)
    fused_adam(
        [variable.value.detach() for variable in variables],
        [gradient.contiguous() for gradient in gradients],
        first,
        second,
        step,
        lr=float(learning_rate),
        beta1=optimizer.beta_1,
        beta2=optimizer.beta_2,
        # Keras adds epsilon before the second moment's bias is corrected, PyTorch after.
        eps=optimizer.epsilon / (1.0 - optimizer.beta_2**step) ** 0.5,
    )


def gradient(function: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Differentiates by `torch.autograd.grad`, with a graph of the result."""
    with torch.enable_grad():
        x = x if x.requires_grad else x.detach().requires_grad_(True)
        (result,) = torch.autograd.grad(function(x).sum(), x, create_graph=True)
    return result


def normal(shape: tuple, seed_generator: keras.random.SeedGenerator) -> Tensor:
    """Draws by Keras's own function."""
    return keras.random.normal(shape, dtype="float32", seed=seed_generator)


def replicas() -> int:
    """Keras 3.15 distributes nothing over PyTorch's devices."""
    return 1


def mean_over_replicas(x: Tensor) -> Tensor:
    """Gives what it is given."""
    return x


def distribute(devices: int | None, addresses: Sequence[str] = (), rank: int = 0) -> NoReturn:
    """Raises RuntimeError: Keras 3.15 has no distribution for PyTorch."""
    raise RuntimeError(
        "Several devices or processes need the backend tensorflow or jax, as Keras 3.15 has no distribution for PyTorch. "
        "Received: KERAS_BACKEND=torch."
    )


def depthwise_conv(x: Tensor, kernel: np.ndarray) -> Tensor:
    """Convolves by Keras, which calls PyTorch's kernel."""
    return ops.depthwise_conv(x, ops.cast(kernel, x.dtype), padding="same", data_format="channels_last")


def compute_capability() -> tuple[int, int] | None:
    """Asks the current device."""
    return torch.cuda.get_device_capability() if torch.cuda.is_available() else None

"""PyTorch: gradients by `torch.autograd.grad` of the phase's own weights, so that no other network collects any."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import numpy as np
import torch
from keras import ops
from torch.nn import functional

from kerasgen.backend.keras_internals import adam_moments, fused_adam, replace_update
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
    with torch.enable_grad():
        values = loss()
        gradients = torch.autograd.grad(total(values), [variable.value for variable in variables])
    if isinstance(optimizer, keras.optimizers.Adam) and not optimizer.amsgrad and gradients[0].device.type == "cpu":
        replace_update(optimizer, _fused_adam)
    with torch.no_grad():
        optimizer.apply(list(gradients), variables)
    return {name: value.detach() for name, value in values.items()}


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


def depthwise_conv(x: Tensor, kernel: np.ndarray) -> Tensor:
    """Convolves by Keras, which calls PyTorch's kernel."""
    return ops.depthwise_conv(x, ops.cast(kernel, x.dtype), padding="same")


def compute_capability() -> tuple[int, int] | None:
    """Asks the current device."""
    return torch.cuda.get_device_capability() if torch.cuda.is_available() else None


# Keras's layers copy every image to channels-first and back, crop what a transposed convolution made too much of, and take
# batch statistics in five passes. PyTorch's own kernels work in place of all that on strided views of NHWC tensors.


class Conv2D(keras.layers.Conv2D):
    """With PyTorch's kernel on a view of the images."""

    def call(self, inputs: Tensor) -> Tensor:
        padding = _same_padding(self, inputs.shape[1:3])
        return super().call(inputs) if padding is None else _convolve(self, functional.conv2d, inputs, padding)


class Conv2DTranspose(keras.layers.Conv2DTranspose):
    """With PyTorch's kernel on a view of the maps, and its padding instead of a crop."""

    def call(self, inputs: Tensor) -> Tensor:
        padding = _same_padding(self)
        return super().call(inputs) if padding is None else _convolve(self, functional.conv_transpose2d, inputs, padding)


class AveragePooling2D(keras.layers.AveragePooling2D):
    """With PyTorch's kernel on a view of the images."""

    def call(self, inputs: Tensor) -> Tensor:
        if self.padding != "valid" or self.data_format != "channels_last":
            return super().call(inputs)
        return functional.avg_pool2d(inputs.permute(0, 3, 1, 2), self.pool_size, self.strides).permute(0, 2, 3, 1)


class BatchNormalization(keras.layers.BatchNormalization):
    """With PyTorch's kernel, in one pass, where it is trained."""

    def call(self, inputs: Tensor, training: bool | None = None, mask: Tensor | None = None) -> Tensor:
        if not training or not self.trainable or mask is not None:
            return super().call(inputs, training=training, mask=mask)
        x = inputs.float().movedim(self.axis, 1)
        gamma, beta = (ops.cast(variable, "float32") for variable in (self.gamma, self.beta))
        outputs, mean, inverse_deviation = torch.native_batch_norm(x, gamma, beta, None, None, True, 0.0, self.epsilon)
        variance = inverse_deviation.detach() ** -2 - self.epsilon
        for moving, now in ((self.moving_mean, mean.detach()), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + now * (1.0 - self.momentum))
        return outputs.movedim(1, self.axis).to(inputs.dtype)


def _same_padding(layer: keras.layers.Layer, sides: Sequence[int] = ()) -> tuple[int, ...] | None:
    """Gives what a "same" convolution pads at every side, None where that differs from side to side."""
    excess = [size - stride for size, stride in zip(layer.kernel_size, layer.strides, strict=True)]
    usual = (
        layer.padding == "same"
        and layer.data_format == "channels_last"
        and layer.dilation_rate == (1, 1)
        and getattr(layer, "groups", 1) == 1
        and getattr(layer, "output_padding", None) is None
    )
    whole = all(side % stride == 0 for side, stride in zip(sides, layer.strides, strict=False))
    if not usual or not whole or any(e < 0 or e % 2 for e in excess):
        return None
    return tuple(e // 2 for e in excess)


def _convolve(layer: keras.layers.Layer, convolution: Callable, images: Tensor, padding: tuple[int, ...]) -> Tensor:
    kernel = ops.convert_to_tensor(layer.kernel)
    # (height, width, in, out) to PyTorch's (out, in, height, width), laid out as the images: the transposition of a matrix.
    kernel = kernel.flatten(0, 2).t().contiguous().unflatten(1, kernel.shape[:3]).permute(0, 3, 1, 2)
    bias = ops.convert_to_tensor(layer.bias) if layer.use_bias else None
    outputs = convolution(images.permute(0, 3, 1, 2), kernel, bias, layer.strides, padding)
    return layer.activation(outputs.permute(0, 2, 3, 1))

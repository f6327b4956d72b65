"""Keras's layers with PyTorch's own kernels.

Keras copies every image to channels-first and back, crops what a transposed convolution made too much of, and takes batch
statistics in five passes, in float32. The kernels work in place of all that on strided views of NHWC tensors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import keras
import torch
from keras import ops
from torch.nn import functional

from kerasgen.backend.typing import Tensor

FEW = 16  # positions of a map


class Conv2D(keras.layers.Conv2D):
    """With PyTorch's kernel on a view of the images."""

    def call(self, inputs: Tensor) -> Tensor:
        padding = _symmetric_padding(self, inputs.shape[1:3])
        return super().call(inputs) if padding is None else _convolve(self, functional.conv2d, inputs, padding)


class Conv2DTranspose(keras.layers.Conv2DTranspose):
    """With PyTorch's kernel on a view of the maps, and its padding instead of a crop."""

    def call(self, inputs: Tensor) -> Tensor:
        padding = _symmetric_padding(self)
        return super().call(inputs) if padding is None else _convolve(self, functional.conv_transpose2d, inputs, padding)


class AveragePooling2D(keras.layers.AveragePooling2D):
    """With PyTorch's kernel on a view of the images."""

    def call(self, inputs: Tensor) -> Tensor:
        if self.padding != "valid" or self.data_format != "channels_last":
            return super().call(inputs)
        return functional.avg_pool2d(inputs.permute(0, 3, 1, 2), self.pool_size, self.strides).permute(0, 2, 3, 1)


class BatchNormalization(keras.layers.BatchNormalization):
    """With PyTorch's kernel, in one pass, where it is trained; it reads bfloat16 and computes in float32."""

    def call(self, inputs: Tensor, training: bool | None = None, mask: Tensor | None = None) -> Tensor:
        if not training or not self.trainable or mask is not None:
            return super().call(inputs, training=training, mask=mask)
        x = inputs if inputs.dtype == torch.bfloat16 else inputs.float()
        x = x.movedim(self.axis, 1)
        gamma, beta = (ops.cast(variable, "float32") for variable in (self.gamma, self.beta))
        outputs, mean, inverse_deviation = torch.native_batch_norm(x, gamma, beta, None, None, True, 0.0, self.epsilon)
        variance = inverse_deviation.detach() ** -2 - self.epsilon
        for moving, now in ((self.moving_mean, mean.detach()), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + now * (1.0 - self.momentum))
        return outputs.movedim(1, self.axis).to(inputs.dtype)


def _symmetric_padding(layer: keras.layers.Layer, sides: Sequence[int] = ()) -> tuple[int, ...] | None:
    """Gives what a convolution pads at every side, None where that differs from side to side or is cropped."""
    excess = [size - stride for size, stride in zip(layer.kernel_size, layer.strides, strict=True)]
    valid = layer.padding == "valid" and bool(sides)  # a transposed convolution has no sides here
    usual = (
        (layer.padding == "same" or valid)
        and layer.data_format == "channels_last"
        and layer.dilation_rate == (1, 1)
        and getattr(layer, "groups", 1) == 1
        and getattr(layer, "output_padding", None) is None
    )
    padding = [0 if valid else e // 2 for e in excess]
    whole = all(
        (side + 2 * pad - e) % stride == 0 for side, pad, e, stride in zip(sides, padding, excess, layer.strides, strict=False)
    )
    if not usual or not whole or any(e < 0 or (e % 2 and not valid) for e in excess):
        return None
    return tuple(padding)


def _convolve(layer: keras.layers.Layer, convolution: Callable, images: Tensor, padding: tuple[int, ...]) -> Tensor:
    kernel = ops.convert_to_tensor(layer.kernel)
    bias = ops.convert_to_tensor(layer.bias) if layer.use_bias else None
    images = images.permute(0, 3, 1, 2)
    transposed = convolution is functional.conv_transpose2d
    if images.device.type == "cpu" and _positions(images, 1 if transposed else layer.strides[0]) <= FEW:
        outputs = _FewPositions.apply(images, kernel, layer.strides, padding, transposed)
        outputs = outputs if bias is None else outputs + bias.view(-1, 1, 1)
    else:
        outputs = convolution(images, _by_outputs(kernel), bias, layer.strides, padding)
    return layer.activation(outputs.permute(0, 2, 3, 1))


def _positions(images: Tensor, stride: int) -> int:
    return images.shape[2] * images.shape[3] // stride**2


def _by_outputs(kernel: Tensor) -> Tensor:
    """(height, width, in, out) to PyTorch's (out, in, height, width), laid out as the images: the transposition of a matrix."""
    return kernel.flatten(0, 2).t().contiguous().unflatten(1, kernel.shape[:3]).permute(0, 3, 1, 2)


class _Context(Protocol):
    """What PyTorch hands to both passes of a function."""

    geometry: tuple[tuple[int, ...], tuple[int, ...], bool]
    needs_input_grad: tuple[bool, ...]
    saved_tensors: tuple[Tensor, ...]

    def save_for_backward(self, *tensors: Tensor) -> None: ...


class _FewPositions(torch.autograd.Function):
    """A convolution over few positions: its kernel's gradient is a product of matrices, oneDNN's own takes up to ten times."""

    @staticmethod
    def forward(
        context: _Context,
        images: Tensor,
        kernel: Tensor,
        strides: tuple[int, ...],
        padding: tuple[int, ...],
        transposed: bool,
    ) -> Tensor:
        context.save_for_backward(images, kernel)
        context.geometry = strides, padding, transposed
        convolution = functional.conv_transpose2d if transposed else functional.conv2d
        return convolution(images, _by_outputs(kernel), None, strides, padding)

    @staticmethod
    def backward(context: _Context, gradient: Tensor) -> tuple[Tensor | None, ...]:
        images, kernel = context.saved_tensors
        strides, padding, transposed = context.geometry
        for_images = for_kernel = None
        if context.needs_input_grad[0]:
            reverse = functional.conv2d if transposed else functional.conv_transpose2d
            for_images = reverse(gradient, _by_outputs(kernel), None, strides, padding)
        if context.needs_input_grad[1]:
            large, small = (gradient, images) if transposed else (images, gradient)
            for_kernel = _kernel_gradient(large, small, kernel.shape, strides, padding)
        return for_images, for_kernel, None, None, None


def _kernel_gradient(
    large: Tensor, small: Tensor, shape: torch.Size, strides: tuple[int, ...], padding: tuple[int, ...]
) -> Tensor:
    """Correlates what a convolution connects: maps (batch, channels, height, width), the smaller with one place a window."""
    (rows, columns), small = shape[:2], small.permute(0, 2, 3, 1)
    large = functional.pad(large.permute(0, 2, 3, 1), (0, 0, padding[1], padding[1], padding[0], padding[0])).contiguous()
    by_image, by_row, by_column, _ = large.stride()
    windows = large.as_strided(
        (*small.shape[:3], rows, columns * shape[2]), (by_image, strides[0] * by_row, strides[1] * by_column, by_row, 1)
    )
    return (windows.flatten(3).flatten(0, 2).t() @ small.flatten(0, 2)).view(shape)

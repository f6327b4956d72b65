"""The variation within a batch as a feature (Karras et al. 2018, arXiv:1710.10196, section 3)."""

from __future__ import annotations

import keras
from keras import ops

from kerasgen.backend.typing import DType, MapShape, Tensor


@keras.saving.register_keras_serializable("kerasgen")
class MinibatchStdDev(keras.layers.Layer):
    """Adds one channel: the standard deviation over a group of images, averaged over pixels and channels.

    (batch, height, width, channels) to (batch, height, width, channels + 1). Groups are of `group` images in turn, where
    that divides the batch, else the whole batch is one.

    Args:
        group: images a group.
    """

    def __init__(self, group: int = 4, *, name: str | None = None, dtype: DType = None, trainable: bool = True) -> None:
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.group = group

    def call(self, inputs: Tensor) -> Tensor:
        batch, (height, width, channels) = ops.shape(inputs)[0], inputs.shape[1:]
        if isinstance(batch, int):
            size = self.group if batch % self.group == 0 else batch
        else:  # a tensor, of TensorFlow's open batches
            size = ops.where(batch % self.group == 0, self.group, batch)
        x = ops.reshape(ops.cast(inputs, "float32"), (-1, size, height, width, channels))  # (groups, size, ...)
        deviation = ops.sqrt(ops.mean(ops.square(x - ops.mean(x, axis=1, keepdims=True)), axis=1) + 1e-8)
        means = ops.repeat(ops.mean(deviation, axis=(1, 2, 3), keepdims=True), size, axis=0)  # (batch, 1, 1, 1)
        plane = ops.cast(means, inputs.dtype) + ops.zeros_like(inputs[..., :1])
        return ops.concatenate([inputs, plane], axis=-1)

    def compute_output_shape(self, input_shape: MapShape) -> MapShape:
        batch, height, width, channels = input_shape
        return batch, height, width, channels + 1

    def get_config(self) -> dict:
        return {**super().get_config(), "group": self.group}

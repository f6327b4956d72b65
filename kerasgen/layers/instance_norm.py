"""Instance normalization (Ulyanov et al. 2016, arXiv:1607.08022)."""

from __future__ import annotations

import keras
from keras import ops

from kerasgen.backend.typing import DType, MapShape, Tensor


@keras.saving.register_keras_serializable("kerasgen")
class InstanceNormalization(keras.layers.Layer):
    """Normalizes each channel of each image: (batch, height, width, channels) to zero mean and unit variance over its pixels.

    A learned offset a channel comes after; a factor would be taken up by the next convolution. `GroupNormalization(groups=-1)`
    gives the same by tensors of five dimensions, which phones' GPUs refuse.

    Args:
        epsilon: added to the variance.
    """

    def __init__(self, epsilon: float = 1e-5, *, name: str | None = None, dtype: DType = None, trainable: bool = True) -> None:
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.epsilon = epsilon

    def build(self, input_shape: MapShape) -> None:
        self.beta = self.add_weight(shape=input_shape[-1:], initializer="zeros", name="beta")

    def call(self, inputs: Tensor) -> Tensor:
        return standardize(inputs, self.epsilon, offset=ops.cast(self.beta, "float32"))

    def compute_output_shape(self, input_shape: MapShape) -> MapShape:
        return input_shape

    def get_config(self) -> dict:
        return {**super().get_config(), "epsilon": self.epsilon}


def standardize(images: Tensor, epsilon: float, scale: float | Tensor = 1.0, offset: float | Tensor = 0.0) -> Tensor:
    """Sets the mean over the pixels of each channel of each image to `offset`, the standard deviation to `scale`.

    (batch, height, width, channels), of the same dtype; `scale` and `offset` are float32, of shapes that fit.
    """
    x = ops.cast(images, "float32")  # half floats lose too much of a variance, and of what is left of a large mean
    x = x - ops.mean(x, axis=(1, 2), keepdims=True)
    deviation = ops.sqrt(ops.mean(ops.square(x), axis=(1, 2), keepdims=True) + epsilon)  # (batch, 1, 1, channels)
    return ops.cast(x * (scale / deviation) + offset, images.dtype)

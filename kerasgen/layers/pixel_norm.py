"""Feature vectors of one length (Karras et al. 2018, arXiv:1710.10196, section 4.2)."""

from __future__ import annotations

import keras
from keras import ops

from kerasgen.backend.typing import Shape, Tensor


@keras.saving.register_keras_serializable("kerasgen")
class PixelNorm(keras.layers.Layer):
    """Divides what lies along the last axis by its root mean square: b = a / sqrt(mean(a^2) + 1e-8)."""

    def call(self, inputs: Tensor) -> Tensor:
        squares = ops.square(ops.cast(inputs, "float32"))
        return inputs * ops.cast(ops.rsqrt(ops.mean(squares, axis=-1, keepdims=True) + 1e-8), inputs.dtype)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

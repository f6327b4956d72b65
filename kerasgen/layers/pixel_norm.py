"""Feature vectors of one length (Karras et al. 2018, arXiv:1710.10196, section 4.2)."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kerasgen")
class PixelNorm(keras.layers.Layer):
    """Divides what lies along the last axis by its root mean square: b = a / sqrt(mean(a^2) + 1e-8)."""

    def call(self, inputs):
        squares = ops.square(ops.cast(inputs, "float32"))
        return inputs * ops.cast(ops.rsqrt(ops.mean(squares, axis=-1, keepdims=True) + 1e-8), inputs.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

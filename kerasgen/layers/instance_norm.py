"""Instance normalisation (Ulyanov et al. 2016, arXiv:1607.08022)."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kerasgen")
class InstanceNormalization(keras.layers.Layer):
    """Normalises each channel of each image: (batch, height, width, channels) to zero mean and unit variance over its pixels.

    A learned offset a channel comes after; a factor would be taken up by the next convolution. `GroupNormalization(groups=-1)`
    gives the same by tensors of five dimensions, which phones' GPUs refuse.

    Args:
        epsilon: added to the variance.
    """

    def __init__(self, epsilon: float = 1e-5, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def build(self, input_shape):
        self.beta = self.add_weight(shape=input_shape[-1:], initializer="zeros", name="beta")

    def call(self, inputs):
        return ops.cast(standardise(inputs, self.epsilon) + ops.cast(self.beta, "float32"), inputs.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}


def standardise(images, epsilon: float):
    """Zero mean and unit variance over the pixels of each channel of each image; float32."""
    x = ops.cast(images, "float32")  # half floats lose too much of a variance
    centred = x - ops.mean(x, axis=(1, 2), keepdims=True)
    return centred * ops.rsqrt(ops.mean(ops.square(centred), axis=(1, 2), keepdims=True) + epsilon)

"""The truncation trick (Karras et al. 2018, arXiv:1812.04948, appendix B)."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kerasgen")
class Truncation(keras.layers.Layer):
    """Keeps the moving average of w, and draws towards it: w' = average + truncation (w - average).

    Called with w (batch, dimensions), which passes unchanged and in training moves the average, or with [w, truncation], the
    latter (batch, 1): 1 changes nothing, 0 gives the average, -1 its mirror image.
    """

    def __init__(self, momentum: float = 0.995, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum

    def build(self, input_shape):
        w = input_shape[0] if isinstance(input_shape[0], (tuple, list)) else input_shape
        self.average = self.add_weight(
            shape=(w[-1],), initializer="zeros", trainable=False, autocast=False, dtype="float32", name="average"
        )

    def call(self, inputs, training=False):
        if isinstance(inputs, (list, tuple)):
            w, truncation = inputs
            average = ops.cast(self.average, w.dtype)
            return average + ops.cast(truncation, w.dtype) * (w - average)
        if training:
            now = ops.mean(ops.cast(ops.stop_gradient(inputs), "float32"), axis=0)
            self.average.assign(self.momentum * self.average + (1.0 - self.momentum) * now)
        return inputs

    def compute_output_shape(self, input_shape):
        return input_shape[0] if isinstance(input_shape[0], (tuple, list)) else input_shape

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum}

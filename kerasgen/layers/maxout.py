"""Maxout (Goodfellow et al. 2013, arXiv:1302.4389)."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kerasgen")
class Maxout(keras.layers.Dense):
    """A dense layer of `units` maxima, each of `pieces` linear functions: (batch, features) to (batch, units)."""

    def __init__(self, units: int, pieces: int, **kwargs):
        super().__init__(units * pieces, **kwargs)
        self.pieces = pieces

    def call(self, inputs, training=None):
        x = super().call(inputs, training=training)  # (batch, units * pieces)
        return ops.max(ops.reshape(x, (-1, self.units // self.pieces, self.pieces)), axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units // self.pieces)

    def get_config(self):
        return {**super().get_config(), "units": self.units // self.pieces, "pieces": self.pieces}

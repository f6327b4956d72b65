"""Padding by reflection."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kerasgen")
class ReflectionPadding2D(keras.layers.Layer):
    """Mirrors `padding` pixels outwards at each side, the outermost not repeated.

    (batch, height, width, channels) to (batch, height + 2 padding, width + 2 padding, channels).
    """

    def __init__(self, padding: int, **kwargs):
        super().__init__(**kwargs)
        self.padding = padding

    def call(self, inputs):
        around = (self.padding, self.padding)
        return ops.pad(inputs, ((0, 0), around, around, (0, 0)), mode="reflect")

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        grown = [None if side is None else side + 2 * self.padding for side in (height, width)]
        return batch, *grown, channels

    def get_config(self):
        return {**super().get_config(), "padding": self.padding}

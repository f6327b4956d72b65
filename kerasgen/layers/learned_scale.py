"""A trained number."""

import math

import keras
from keras import ops


@keras.saving.register_keras_serializable("kerasgen")
class LearnedScale(keras.layers.Layer):
    """A positive scalar exp(w), whatever the input; w starts at log(`initial`)."""

    def __init__(self, initial: float = 0.5, **kwargs):
        super().__init__(**kwargs)
        self.initial = initial

    def build(self, input_shape):
        self.log_scale = self.add_weight(
            shape=(), initializer=keras.initializers.Constant(math.log(self.initial)), name="log_scale"
        )

    def call(self, inputs):
        return ops.exp(self.log_scale)

    def compute_output_shape(self, input_shape):
        return ()

    def get_config(self):
        return {**super().get_config(), "initial": self.initial}

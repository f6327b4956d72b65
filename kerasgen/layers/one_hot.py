"""Labels as vectors."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kerasgen")
class OneHot(keras.layers.Layer):
    """Labels (batch,), whole numbers from 0, to (batch, num_classes) of zeros and one 1."""

    def __init__(self, num_classes: int, **kwargs):
        super().__init__(**kwargs)
        self.num_classes = num_classes

    def call(self, inputs):
        return ops.one_hot(inputs, self.num_classes, dtype=self.compute_dtype)

    def compute_output_spec(self, inputs):
        return keras.KerasTensor((*inputs.shape, self.num_classes), dtype=self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "num_classes": self.num_classes}

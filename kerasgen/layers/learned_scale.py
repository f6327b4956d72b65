"""A trained number."""

from __future__ import annotations

import math

import keras
from keras import ops

from kerasgen.backend.typing import DType, Shape, Tensor


@keras.saving.register_keras_serializable("kerasgen")
class LearnedScale(keras.layers.Layer):
    """Gives a positive scalar exp(w), whatever the input; w starts at log(`initial`).

    Args:
        initial: the scalar before training.
    """

    def __init__(self, initial: float = 0.5, *, name: str | None = None, dtype: DType = None, trainable: bool = True) -> None:
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.initial = initial

    def build(self, input_shape: Shape) -> None:
        self.log_scale = self.add_weight(
            shape=(), initializer=keras.initializers.Constant(math.log(self.initial)), name="log_scale"
        )

    def call(self, inputs: Tensor) -> Tensor:
        return ops.exp(self.log_scale)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return ()

    def get_config(self) -> dict:
        return {**super().get_config(), "initial": self.initial}

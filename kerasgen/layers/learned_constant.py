"""The learned constant that a style-based generator begins with (Karras et al. 2018, arXiv:1812.04948, section 2)."""

from __future__ import annotations

import math

import keras
from keras import ops

from kerasgen.backend.typing import DType, Shape, Tensor


@keras.saving.register_keras_serializable("kerasgen")
class LearnedConstant(keras.layers.Layer):
    """Gives the same learned map for every row of its input: (batch, ...) to (batch, *shape), N(0, 1) at first.

    The paper begins with ones, in which the normalization that follows finds nothing but noise.

    Args:
        shape: of the map, (height, width, channels).
    """

    def __init__(self, shape: tuple[int, ...], *, name: str | None = None, dtype: DType = None, trainable: bool = True) -> None:
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.shape = tuple(shape)

    def build(self, input_shape: Shape) -> None:
        self.constant = self.add_weight(
            shape=(1, *self.shape), initializer=keras.initializers.RandomNormal(stddev=1.0), name="constant"
        )

    def call(self, inputs: Tensor) -> Tensor:
        rows = ops.reshape(inputs, (-1, math.prod(inputs.shape[1:])))
        zeros = ops.reshape(ops.zeros_like(rows[:, :1]), (-1, 1, 1, 1))  # (batch, 1, 1, 1)
        return ops.cast(self.constant, inputs.dtype) + zeros

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return input_shape[0], *self.shape

    def get_config(self) -> dict:
        return {**super().get_config(), "shape": self.shape}

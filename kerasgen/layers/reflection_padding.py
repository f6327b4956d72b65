"""Padding by reflection."""

from __future__ import annotations

import keras
from keras import ops

from kerasgen.backend.typing import DType, Shape, Tensor


@keras.saving.register_keras_serializable("kerasgen")
class ReflectionPadding2D(keras.layers.Layer):
    """Mirrors `padding` pixels outwards at each side, the outermost not repeated.

    (batch, height, width, channels) to (batch, height + 2 padding, width + 2 padding, channels).

    Args:
        padding: pixels at each side.
    """

    def __init__(self, padding: int, *, name: str | None = None, dtype: DType = None, trainable: bool = True) -> None:
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.padding = padding

    def call(self, inputs: Tensor) -> Tensor:
        around = (self.padding, self.padding)
        return ops.pad(inputs, ((0, 0), around, around, (0, 0)), mode="reflect")

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        batch, height, width, channels = input_shape
        grown = [None if side is None else side + 2 * self.padding for side in (height, width)]
        return batch, *grown, channels

    def get_config(self) -> dict:
        return {**super().get_config(), "padding": self.padding}

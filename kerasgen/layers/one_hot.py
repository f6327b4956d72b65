"""Labels as vectors."""

from __future__ import annotations

import keras
from keras import ops

from kerasgen.backend.typing import DType, Tensor


@keras.saving.register_keras_serializable("kerasgen")
class OneHot(keras.layers.Layer):
    """Labels (batch,), whole numbers from 0 as floats, to (batch, num_classes) of zeros and one 1.

    By arithmetic, as phones' GPUs know neither whole numbers nor ONE_HOT.

    Args:
        num_classes: size of the vectors.
    """

    def __init__(self, num_classes: int, *, name: str | None = None, dtype: DType = None, trainable: bool = True) -> None:
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.num_classes = num_classes

    def call(self, inputs: Tensor) -> Tensor:
        classes = ops.arange(self.num_classes, dtype=self.compute_dtype)
        return ops.relu(1.0 - ops.abs(ops.reshape(ops.cast(inputs, self.compute_dtype), (-1, 1)) - classes))

    def compute_output_spec(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        return keras.KerasTensor((*inputs.shape, self.num_classes), dtype=self.compute_dtype)

    def get_config(self) -> dict:
        return {**super().get_config(), "num_classes": self.num_classes}

"""The truncation trick (Karras et al. 2018, arXiv:1812.04948, appendix B)."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import ops

from kerasgen.backend.typing import DType, Shape, Tensor


@keras.saving.register_keras_serializable("kerasgen")
class Truncation(keras.layers.Layer):
    """Keeps the moving average of w, and pulls towards it: w' = average + truncation (w - average).

    Called with w (batch, dimensions), which passes unchanged and in training moves the average, or with [w, truncation], the
    latter (batch, 1): 1 changes nothing, 0 gives the average, -1 its mirror image.

    Args:
        momentum: of the moving average.
    """

    def __init__(
        self, momentum: float = 0.995, *, name: str | None = None, dtype: DType = None, trainable: bool = True
    ) -> None:
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.momentum = momentum

    def build(self, input_shape: tuple) -> None:
        self.average = self.add_weight(
            shape=_shape_of_w(input_shape)[-1:],
            initializer="zeros",
            trainable=False,
            autocast=False,
            dtype="float32",
            aggregation="mean",  # replicas have their own parts of a batch
            name="average",
        )

    def call(self, inputs: Tensor | Sequence[Tensor], training: bool = False) -> Tensor:
        if isinstance(inputs, (list, tuple)):
            w, truncation = inputs
            average = ops.cast(self.average, w.dtype)
            return average + ops.cast(truncation, w.dtype) * (w - average)
        if training:
            now = ops.mean(ops.cast(ops.stop_gradient(inputs), "float32"), axis=0)
            self.average.assign(self.momentum * self.average + (1.0 - self.momentum) * now)
        return inputs

    def compute_output_shape(self, input_shape: tuple) -> Shape:
        return _shape_of_w(input_shape)

    def get_config(self) -> dict:
        return {**super().get_config(), "momentum": self.momentum}


def _shape_of_w(input_shape: tuple) -> Shape:
    """Gives the first of two shapes, or the only one."""
    first = input_shape[0]
    return tuple(first) if isinstance(first, (tuple, list)) else input_shape

"""Maxout (Goodfellow et al. 2013, arXiv:1302.4389)."""

from __future__ import annotations

import keras
from keras import ops

from kerasgen.backend.typing import DType, Initializer, Shape, Tensor


@keras.saving.register_keras_serializable("kerasgen")
class Maxout(keras.layers.Dense):
    """A dense layer of `units` maxima, each of `pieces` linear functions: (batch, features) to (batch, units).

    Args:
        units: size of the output.
        pieces: linear functions a unit.
        kernel_initializer: as of `Dense`.
        kernel_constraint: as of `Dense`.
    """

    def __init__(
        self,
        units: int,
        pieces: int,
        *,
        kernel_initializer: Initializer = "glorot_uniform",
        kernel_constraint: keras.constraints.Constraint | None = None,
        name: str | None = None,
        dtype: DType = None,
        trainable: bool = True,
    ) -> None:
        super().__init__(
            units * pieces,
            kernel_initializer=kernel_initializer,
            kernel_constraint=kernel_constraint,
            name=name,
            dtype=dtype,
            trainable=trainable,
        )
        self.pieces = pieces

    def call(self, inputs: Tensor, training: bool | None = None) -> Tensor:
        x = super().call(inputs, training=training)  # (batch, units * pieces)
        return ops.max(ops.reshape(x, (-1, self.units // self.pieces, self.pieces)), axis=-1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape[:-1], self.units // self.pieces)

    def get_config(self) -> dict:
        dense = super().get_config()
        kept = {key: dense[key] for key in ("name", "trainable", "dtype", "kernel_initializer", "kernel_constraint")}
        return {**kept, "units": self.units // self.pieces, "pieces": self.pieces}

    @classmethod
    def from_config(cls, config: dict) -> keras.layers.Layer:
        return keras.layers.Layer.from_config.__func__(cls, config)  # that of `Dense` adds an argument of its own

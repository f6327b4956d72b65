"""Channels that gate one another."""

from __future__ import annotations

import keras
from keras import ops

from kerasgen.backend.typing import MapShape, Tensor


@keras.saving.register_keras_serializable("kerasgen")
class GatedLinearUnit(keras.layers.Layer):
    """The first half of the channels times the sigmoid of the second (Dauphin et al. 2017, arXiv:1612.08083, equation 1).

    (batch, height, width, 2 channels) to (batch, height, width, channels).
    """

    def call(self, inputs: Tensor) -> Tensor:
        values, gates = ops.split(inputs, 2, axis=-1)
        return values * ops.sigmoid(gates)

    def compute_output_shape(self, input_shape: MapShape) -> MapShape:
        batch, height, width, channels = input_shape
        return batch, height, width, channels // 2

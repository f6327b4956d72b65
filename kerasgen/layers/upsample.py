"""Doubling the resolution."""

from __future__ import annotations

import keras
from keras import ops

from kerasgen.backend.typing import MapShape, Tensor


@keras.saving.register_keras_serializable("kerasgen")
class Upsample(keras.layers.Layer):
    """Repeats every pixel twice both ways: (batch, height, width, channels) to (batch, 2 height, 2 width, channels).

    `UpSampling2D` gives the same images. Concatenating and reshaping is up to five times as fast, and leaves in ops that
    every runtime has, where Keras's layer becomes TILE or, with an open batch, one of TensorFlow's own ops.
    """

    def call(self, inputs: Tensor) -> Tensor:
        _, height, width, channels = inputs.shape
        x = ops.reshape(ops.concatenate([inputs, inputs], axis=-1), (-1, height, 2 * width, channels))
        return ops.reshape(ops.concatenate([x, x], axis=2), (-1, 2 * height, 2 * width, channels))

    def compute_output_shape(self, input_shape: MapShape) -> MapShape:
        batch, height, width, channels = input_shape
        return batch, 2 * height, 2 * width, channels

"""Smoothing before a grid is made coarser, and after it was made finer (Zhang 2019, arXiv:1904.11486)."""

from __future__ import annotations

import keras
import numpy as np

from kerasgen import backend
from kerasgen.backend.typing import MapShape, Tensor

KERNEL = np.outer([1.0, 2.0, 1.0], [1.0, 2.0, 1.0]).astype("float32") / 16.0


@keras.saving.register_keras_serializable("kerasgen")
class Blur(keras.layers.Layer):
    """Filters every channel with [1, 2, 1] / 4 both ways, zeros around; the shape stays.

    After `Upsample` it is bilinear enlargement, as in Karras et al. 2018 (arXiv:1812.04948, appendix C).
    """

    def build(self, input_shape: MapShape) -> None:
        self.kernel = np.repeat(KERNEL[:, :, None, None], input_shape[-1], axis=2)  # (3, 3, channels, 1)

    def call(self, inputs: Tensor) -> Tensor:
        return backend.depthwise_conv(inputs, self.kernel)

    def compute_output_shape(self, input_shape: MapShape) -> MapShape:
        return input_shape

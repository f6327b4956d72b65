"""Adaptive instance normalization (Huang and Belongie 2017, arXiv:1703.06868; Karras et al. 2018, arXiv:1812.04948)."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import ops

from kerasgen.backend.typing import DType, MapShape, Shape, Tensor
from kerasgen.layers.equalized import EqualizedDense
from kerasgen.layers.instance_norm import standardize


@keras.saving.register_keras_serializable("kerasgen")
class AdaptiveInstanceNorm(keras.layers.Layer):
    """AdaIN(x, y) = y_s (x - mean(x)) / deviation(x) + y_b, a channel and an image at a time (equation 1).

    y = (y_s, y_b) is a learned affine function of a style w, with y_s around 1. Called with [x, styles]: (batch, height, width,
    channels) and (batch, layers, w dimensions), of which the layer takes that of its `index`.

    Args:
        index: of the layer's style among `styles`.
    """

    def __init__(self, index: int = 0, *, name: str | None = None, dtype: DType = None, trainable: bool = True) -> None:
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.index = index

    def build(self, input_shape: tuple[MapShape, Shape]) -> None:
        features, styles = input_shape
        self.affine = EqualizedDense(2 * features[-1], gain=1.0, name="affine", dtype=self.dtype_policy)
        self.affine.build((styles[0], styles[-1]))

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        x, styles = inputs
        # Sliced, not indexed: LiteRT's GPU delegate refuses slices that drop an axis.
        style = ops.reshape(styles[:, self.index : self.index + 1], (-1, styles.shape[-1]))
        moments = ops.reshape(ops.cast(self.affine(style), "float32"), (-1, 1, 1, 2 * x.shape[-1]))
        scale, offset = ops.split(moments, 2, axis=-1)
        return standardize(x, 1e-8, scale + 1.0, offset)

    def compute_output_shape(self, input_shape: tuple[MapShape, Shape]) -> MapShape:
        return input_shape[0]

    def get_config(self) -> dict:
        return {**super().get_config(), "index": self.index}

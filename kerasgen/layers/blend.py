"""Fading one map into another (Karras et al. 2018, arXiv:1710.10196, figure 2)."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from kerasgen.backend.typing import Shape, Tensor


@keras.saving.register_keras_serializable("kerasgen")
class Blend(keras.layers.Layer):
    """(1 - share) before + share after; called with [before, after, share], the share in [0, 1] and of any shape that fits."""

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        before, after, share = inputs
        return before + share * (after - before)

    def compute_output_shape(self, input_shape: Sequence[Shape]) -> Shape:
        return input_shape[0]

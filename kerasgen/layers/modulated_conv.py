"""Convolutions whose kernel a style scales (Karras et al. 2020, arXiv:1912.04958, section 2.2)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import keras
from keras import ops

from kerasgen import backend
from kerasgen.backend.typing import DType, MapShape, Shape, Tensor
from kerasgen.layers.equalized import RECTIFIER, EqualizedDense
from kerasgen.layers.resampled_conv import TAPS, smoothed


class _Modulated(keras.layers.Layer):
    """Base: scales the maps that go in, and those that come out, as if the kernel had been scaled for each image."""

    filters: int
    size: int
    index: int
    demodulate: bool
    gain: float

    def build(self, input_shape: tuple[MapShape, Shape]) -> None:
        features, styles = input_shape
        self.affine = EqualizedDense(features[-1], gain=1.0, name="affine", dtype=self.dtype_policy)
        self.affine.build((styles[0], styles[-1]))
        self.weight = self.add_weight(
            shape=(self.size, self.size, features[-1], self.filters),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
            name="kernel",
        )
        self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")

    @property
    def scaled(self) -> Tensor:
        """The weights at their equalized size, without the gain: (size, size, in, out)."""
        return self.weight * (1.0 / math.sqrt(math.prod(self.weight.shape[:-1])))

    def call(self, inputs: Sequence[Tensor]) -> Tensor:
        x, styles = inputs
        # Sliced, not indexed: LiteRT's GPU delegate refuses slices that drop an axis.
        style = ops.reshape(styles[:, self.index : self.index + 1], (-1, styles.shape[-1]))
        scale = ops.cast(self.affine(style), "float32") + 1.0  # s of equation 1: (batch, in)
        outputs = super().call(x * _of_maps(scale, x))
        if self.demodulate:
            squares = ops.sum(ops.square(ops.cast(self.scaled, "float32")), axis=(0, 1))  # (in, out)
            norm = ops.rsqrt(ops.matmul(ops.square(scale), squares) + 1e-8)  # equation 3: (batch, out)
            outputs = outputs * _of_maps(self.gain * norm, outputs)
        return outputs + ops.cast(self.bias, outputs.dtype)

    def compute_output_shape(self, input_shape: tuple[MapShape, Shape]) -> MapShape:
        return super().compute_output_shape(input_shape[0])

    # Those of Keras's convolutions have arguments and weights that are not the layers' here.

    def save_own_variables(self, store: dict) -> None:
        keras.layers.Layer.save_own_variables(self, store)

    def load_own_variables(self, store: dict) -> None:
        keras.layers.Layer.load_own_variables(self, store)

    def get_config(self) -> dict:
        return {**keras.layers.Layer.get_config(self), "filters": self.filters, "index": self.index, "gain": self.gain}

    @classmethod
    def from_config(cls, config: dict) -> keras.layers.Layer:
        return keras.layers.Layer.from_config.__func__(cls, config)


@keras.saving.register_keras_serializable("kerasgen")
class ModulatedConv2D(_Modulated, backend.Conv2D):
    """Convolves images by kernels of their own: w'_ijk = s_i w_ijk, w''_ijk = w'_ijk / sqrt(sum_ik w'_ijk^2 + 1e-8).

    s is a learned affine function of a style, around 1 (equations 1 and 3). Called with [x, styles]: (batch, height, width,
    channels) and (batch, layers, style_dim), of which the layer takes that of its `index`. A bias is added; zeros lie around.

    Args:
        filters: channels of the output.
        size: pixels a side.
        index: of the layer's style among `styles`.
        demodulate: whether w'' is used, else w'.
        gain: multiplies w'': sqrt(2) where a rectifier follows.
    """

    def __init__(
        self,
        filters: int,
        size: int = 3,
        *,
        index: int = 0,
        demodulate: bool = True,
        gain: float = RECTIFIER,
        name: str | None = None,
        dtype: DType = None,
        trainable: bool = True,
    ) -> None:
        super().__init__(
            filters,
            size,
            1,
            "same",
            data_format="channels_last",
            use_bias=False,
            name=name,
            dtype=dtype,
            trainable=trainable,
        )
        self.size, self.index, self.demodulate, self.gain = size, index, demodulate, gain
        self.input_spec = None

    @property
    def kernel(self) -> Tensor:
        """What all images are convolved with, (size, size, in, out): their scales are applied to the maps."""
        return self.scaled if self.demodulate else self.gain * self.scaled

    def get_config(self) -> dict:
        return {**super().get_config(), "size": self.size, "demodulate": self.demodulate}


@keras.saving.register_keras_serializable("kerasgen")
class ModulatedUpConv2D(_Modulated, backend.Conv2DTranspose):
    """Does the same to twice the resolution: a transposed convolution, smoothed by a filter afterwards.

    Args:
        filters: channels of the output.
        index: as of `ModulatedConv2D`.
        taps: of the filter.
        gain: as of `ModulatedConv2D`.
    """

    demodulate = True
    size = 3

    def __init__(
        self,
        filters: int,
        *,
        index: int = 0,
        taps: Sequence[int] = TAPS,
        gain: float = RECTIFIER,
        name: str | None = None,
        dtype: DType = None,
        trainable: bool = True,
    ) -> None:
        applied = self.size + len(taps) - 1
        super().__init__(
            filters,
            applied,
            2,
            "same",
            data_format="channels_last",
            use_bias=False,
            name=name,
            dtype=dtype,
            trainable=trainable,
        )
        self.index, self.taps, self.gain = index, tuple(taps), gain
        self.input_spec = None

    @property
    def kernel(self) -> Tensor:
        """The same for the transposed convolution, with the filter: (rows, columns, out, in)."""
        # Twice the sum both ways, as three of four pixels are zeros.
        return ops.transpose(smoothed(self.scaled, self.taps, 2.0), (0, 1, 3, 2))

    def get_config(self) -> dict:
        return {**super().get_config(), "taps": self.taps}


def _of_maps(factors: Tensor, maps: Tensor) -> Tensor:
    """(batch, channels) as the maps they multiply."""
    return ops.cast(ops.reshape(factors, (-1, 1, 1, factors.shape[-1])), maps.dtype)

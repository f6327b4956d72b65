"""Convolutions at half the resolution, and the smoothing of those that halve and double it."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from kerasgen import backend
from kerasgen.backend.typing import DType, MapShape, Tensor
from kerasgen.layers.equalized import RECTIFIER, Equalized

TAPS = (1, 3, 3, 1)  # Karras et al. 2020 (arXiv:1912.04958), appendix B; (1, 1) repeats pixels, or averages them


def smoothed(kernel: Tensor, taps: Sequence[int], gain: float = 1.0) -> Tensor:
    """Gives the kernel of a convolution and a filter in one: (size, size, in, out) to (size + taps - 1, ..., in, out).

    The filter has `taps` both ways, which sum to `gain` each. One larger convolution takes less time than a filter of all maps
    and a convolution, and is as exact at the edges.
    """
    size, _, inputs, outputs = kernel.shape
    moved = np.zeros((size + len(taps) - 1, size), "float32")
    for place in range(size):
        moved[place : place + len(taps), place] = gain * np.asarray(taps) / sum(taps)
    rows = ops.cast(moved, kernel.dtype)
    kernel = ops.reshape(ops.matmul(rows, ops.reshape(kernel, (size, -1))), (len(moved), size, -1))
    return ops.reshape(ops.matmul(rows, kernel), (len(moved), len(moved), inputs, outputs))


@keras.saving.register_keras_serializable("kerasgen")
class DownConv2D(Equalized, backend.Conv2D):
    """Smooths, then convolves at every second place: (batch, height, width, channels) to (batch, height/2, width/2, filters).

    Its learning rate is equalized. Height and width are even; zeros lie around.

    Args:
        filters: channels of the output.
        size: pixels a side of the weights.
        taps: of the filter.
        gain: as of `EqualizedConv2D`.
        rate: as of `EqualizedConv2D`.
        use_bias: whether a bias is added.
    """

    def __init__(
        self,
        filters: int,
        size: int,
        *,
        taps: Sequence[int] = TAPS,
        gain: float = RECTIFIER,
        rate: float = 1.0,
        use_bias: bool = True,
        name: str | None = None,
        dtype: DType = None,
        trainable: bool = True,
    ) -> None:
        super().__init__(
            filters,
            size + len(taps) - 1,
            2,
            "same",
            data_format="channels_last",
            use_bias=use_bias,
            kernel_initializer=keras.initializers.RandomNormal(stddev=1.0 / rate),
            name=name,
            dtype=dtype,
            trainable=trainable,
        )
        self.size, self.taps, self.gain, self.rate = size, tuple(taps), gain, rate

    def build(self, input_shape: MapShape) -> None:
        self.kernel_size = (self.size, self.size)  # of the weights
        super().build(input_shape)
        self.kernel_size = (self.size + len(self.taps) - 1,) * 2  # as they are used

    @property
    def kernel(self) -> Tensor:
        """The weights as they are used, with the filter."""
        return smoothed(super().kernel, self.taps)

    def get_config(self) -> dict:
        own = {"filters": self.filters, "size": self.size, "taps": self.taps, "use_bias": self.use_bias}
        return {**super().get_config(), **own}

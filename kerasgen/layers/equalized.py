"""Equalized learning rates (Karras et al. 2018, arXiv:1710.10196, section 4.1)."""

from __future__ import annotations

import math

import keras
from keras import ops

from kerasgen import backend
from kerasgen.backend.typing import DType, Tensor

RECTIFIER = math.sqrt(2.0)  # the gain of ReLU and LeakyReLU


class Equalized(keras.layers.Layer):
    """Base: weights start from N(0, 1) and are scaled by He's constant at every use, so that all learn at one speed."""

    gain: float
    rate: float

    @property
    def kernel(self) -> Tensor:
        """The weights as they are used."""
        plain = super().kernel
        return plain * (self.rate * self.gain / math.sqrt(math.prod(plain.shape[:-1])))

    # Those of `Dense` and `Conv2D` take what `kernel` gives for the weights, and have arguments that are not the layers' here.

    def save_own_variables(self, store: dict) -> None:
        keras.layers.Layer.save_own_variables(self, store)

    def load_own_variables(self, store: dict) -> None:
        keras.layers.Layer.load_own_variables(self, store)

    def get_config(self) -> dict:
        return {**keras.layers.Layer.get_config(self), "gain": self.gain, "rate": self.rate}

    @classmethod
    def from_config(cls, config: dict) -> keras.layers.Layer:
        return keras.layers.Layer.from_config.__func__(cls, config)


@keras.saving.register_keras_serializable("kerasgen")
class EqualizedConv2D(Equalized, backend.Conv2D):
    """`Conv2D` with an equalized learning rate.

    Args:
        filters: channels of the output.
        kernel_size: pixels a side.
        padding: "valid" or "same".
        gain: of the activation that follows: sqrt(2) for rectifiers, 1 for none.
        rate: multiplies the learning rate (Karras et al. 2018, arXiv:1812.04948, appendix C, 0.01 for the mapping).
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        *,
        padding: str = "valid",
        gain: float = RECTIFIER,
        rate: float = 1.0,
        name: str | None = None,
        dtype: DType = None,
        trainable: bool = True,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            padding=padding,
            data_format="channels_last",
            kernel_initializer=_normal(rate),
            name=name,
            dtype=dtype,
            trainable=trainable,
        )
        self.gain = gain
        self.rate = rate

    def get_config(self) -> dict:
        own = {"filters": self.filters, "kernel_size": self.kernel_size, "padding": self.padding}
        return {**super().get_config(), **own}


@keras.saving.register_keras_serializable("kerasgen")
class EqualizedDense(Equalized, keras.layers.Dense):
    """`Dense` with an equalized learning rate.

    Args:
        units: size of the output.
        gain: as of `EqualizedConv2D`.
        rate: as of `EqualizedConv2D`.
        slow_bias: whether the bias learns at that rate too, as in the code of Karras et al.
    """

    def __init__(
        self,
        units: int,
        *,
        gain: float = RECTIFIER,
        rate: float = 1.0,
        slow_bias: bool = False,
        name: str | None = None,
        dtype: DType = None,
        trainable: bool = True,
    ) -> None:
        super().__init__(units, kernel_initializer=_normal(rate), name=name, dtype=dtype, trainable=trainable)
        self.gain = gain
        self.rate = rate
        self.slow_bias = slow_bias

    def call(self, inputs: Tensor) -> Tensor:
        return ops.matmul(inputs, self.kernel) + self.rate * self.bias if self.slow_bias else super().call(inputs)

    def get_config(self) -> dict:
        return {**super().get_config(), "units": self.units, "slow_bias": self.slow_bias}


def _normal(rate: float) -> keras.initializers.Initializer:
    return keras.initializers.RandomNormal(stddev=1.0 / rate)

"""Equalized learning rates (Karras et al. 2018, arXiv:1710.10196, section 4.1)."""

import math

import keras

from kerasgen import backend


class _Equalized:
    """Mixin: weights are born N(0, 1) and scaled by He's constant whenever they are used, so that all learn at one speed.

    Args:
        gain: of the activation that follows: sqrt(2) for rectifiers, 1 for none.
        rate: multiplies the learning rate (Karras et al. 2018, arXiv:1812.04948, appendix C, 0.01 for the mapping).
    """

    def __init__(self, *args, gain: float = math.sqrt(2.0), rate: float = 1.0, **kwargs):
        kwargs["kernel_initializer"] = keras.initializers.RandomNormal(stddev=1.0 / rate)
        super().__init__(*args, **kwargs)
        self.gain = gain
        self.rate = rate

    @property
    def kernel(self):
        plain = super().kernel
        return plain * (self.rate * self.gain / math.sqrt(math.prod(plain.shape[:-1])))

    # Keras's own write what `kernel` gives.

    def save_own_variables(self, store) -> None:
        keras.layers.Layer.save_own_variables(self, store)

    def load_own_variables(self, store) -> None:
        keras.layers.Layer.load_own_variables(self, store)

    def get_config(self):
        config = {**super().get_config(), "gain": self.gain, "rate": self.rate}
        del config["kernel_initializer"]
        return config


@keras.saving.register_keras_serializable("kerasgen")
class EqualizedConv2D(_Equalized, backend.Conv2D):
    """`Conv2D` with an equalized learning rate."""


@keras.saving.register_keras_serializable("kerasgen")
class EqualizedDense(_Equalized, keras.layers.Dense):
    """`Dense` with an equalized learning rate."""

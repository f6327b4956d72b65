"""Noise a pixel, with a learned strength (Karras et al. 2018, arXiv:1812.04948, section 2)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import keras
import numpy as np
from keras import ops

from kerasgen import backend
from kerasgen.backend.typing import DType, MapShape, Tensor


@keras.saving.register_keras_serializable("kerasgen")
class NoiseInjection(keras.layers.Layer):
    """Adds one map of noise to all channels, with a learned strength, which begins at zero.

    In training the noise is drawn anew; else it is one map for all images, a weight that is not trained: a code gives one
    image, in an exported file too.

    Args:
        seed: of all noise of the layer.
        shared: whether the channels have one strength (Karras et al. 2020, arXiv:1912.04958, section 2.1), or each its own.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        shared: bool = False,
        name: str | None = None,
        dtype: DType = None,
        trainable: bool = True,
    ) -> None:
        super().__init__(name=name, dtype=dtype, trainable=trainable)
        self.seed = seed
        self.shared = shared
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape: MapShape) -> None:
        _, height, width, channels = input_shape
        self.strength = self.add_weight(shape=(1 if self.shared else channels,), initializer="zeros", name="strength")
        self.noise = self.add_weight(
            shape=(1, height, width, 1),
            trainable=False,
            name="noise",
            initializer=keras.initializers.RandomNormal(stddev=1.0, seed=self.seed),
        )

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        noise = ops.convert_to_tensor(self.noise)
        if training:
            shape = (ops.shape(inputs)[0], *inputs.shape[1:3], 1)
            noise = backend.normal(shape, self.seed_generator)
        return inputs + ops.cast(noise, inputs.dtype) * ops.cast(self.strength, inputs.dtype)

    def compute_output_shape(self, input_shape: MapShape) -> MapShape:
        return input_shape

    def get_config(self) -> dict:
        return {**super().get_config(), "seed": self.seed, "shared": self.shared}


@contextlib.contextmanager
def other_noise(network: keras.Model, seed: int | None) -> Iterator[None]:
    """Gives a network other maps of noise inside, drawn from `seed`; its own where that is None."""
    layers = [layer for layer in network.layers if isinstance(layer, NoiseInjection)] if seed is not None else []
    own = [np.array(ops.convert_to_numpy(layer.noise)) for layer in layers]
    rng = np.random.default_rng(seed)
    try:
        for layer in layers:
            layer.noise.assign(rng.standard_normal(layer.noise.shape, dtype="float32"))
        yield
    finally:
        for layer, noise in zip(layers, own, strict=True):
            layer.noise.assign(noise)

"""Noise a pixel, with a learned strength a channel (Karras et al. 2018, arXiv:1812.04948, section 2)."""

import keras
from keras import ops

from kerasgen import backend


@keras.saving.register_keras_serializable("kerasgen")
class PixelNoise(keras.layers.Layer):
    """Adds one map of noise to all channels, each with its own learned strength, which begins at zero.

    In training the noise is drawn anew; else it is one map for all images, a weight that is not trained: a code gives one
    picture, in an exported file too.
    """

    def __init__(self, seed: int = 0, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape):
        _, height, width, channels = input_shape
        self.strength = self.add_weight(shape=(channels,), initializer="zeros", name="strength")
        self.noise = self.add_weight(shape=(1, height, width, 1), trainable=False, name="noise",
                                     initializer=keras.initializers.RandomNormal(stddev=1.0, seed=self.seed))

    def call(self, inputs, training=False):
        noise = ops.convert_to_tensor(self.noise)
        if training:
            shape = (ops.shape(inputs)[0], *inputs.shape[1:3], 1)
            noise = backend.normal(shape, self.seed_generator)
        return inputs + ops.cast(noise, inputs.dtype) * ops.cast(self.strength, inputs.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}

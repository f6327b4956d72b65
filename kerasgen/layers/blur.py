"""Smoothing before a grid is made coarser, and after it was made finer (Zhang 2019, arXiv:1904.11486)."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("kerasgen")
class Blur(keras.layers.Layer):
    """Filters every channel with [1, 2, 1] / 4 both ways, zeros around; the shape stays.

    After `Upsample` it is bilinear enlargement, as in Karras et al. 2018 (arXiv:1812.04948, appendix C). It sums
    shifted copies, which every runtime does fast.
    """

    def call(self, inputs):
        x = _smooth(inputs, 1)
        return _smooth(x, 2)

    def compute_output_shape(self, input_shape):
        return input_shape


def _smooth(x, axis: int):
    side = x.shape[axis]
    around = [(0, 0)] * 4
    around[axis] = (1, 1)
    padded = ops.pad(x, around)
    before, after = ((padded[:, :side], padded[:, 2:]) if axis == 1 else (padded[:, :, :side], padded[:, :, 2:]))
    return 0.5 * x + 0.25 * (before + after)

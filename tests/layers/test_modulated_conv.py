"""Modulated and resampling convolutions against kernels that are written out, image by image, as in the paper's equations."""

import numpy as np
import pytest
from helpers import to_numpy
from keras import ops
from scipy.signal import convolve2d, correlate2d

from kerasgen.layers.modulated_conv import ModulatedConv2D, ModulatedUpConv2D
from kerasgen.layers.resampled_conv import DownConv2D

RNG = np.random.default_rng(0)
FILTER = np.outer([1, 3, 3, 1], [1, 3, 3, 1]) / 64


def normal(*shape):
    return RNG.standard_normal(shape).astype("float32")


def apply(layer, *inputs):
    tensors = [ops.convert_to_tensor(each) for each in inputs]
    return ops.convert_to_numpy(layer(tensors if len(tensors) > 1 else tensors[0]))


def channelwise(function, x, kernel):
    """Sums a function of (map, part of the kernel) over the channels that go in: (height, width, out) of one image."""
    return np.stack(
        [sum(function(x[..., i], kernel[..., i, k]) for i in range(x.shape[-1])) for k in range(kernel.shape[-1])], axis=-1
    )


def filtered(x, gain=1.0, pad=0):
    """Each map of (height, width, channels) by the filter, within zeros."""
    padded = np.pad(x, ((pad, pad), (pad, pad), (0, 0)))
    return np.stack([gain * correlate2d(padded[..., i], FILTER, "valid") for i in range(x.shape[-1])], axis=-1)


def kernels(layer, styles, gain, demodulate=True):
    """Equations 1 to 3: (batch, size, size, in, out)."""
    affine, bias = to_numpy(layer.affine.weights[0]), to_numpy(layer.affine.weights[1])
    scale = styles[:, layer.index] @ affine / np.sqrt(len(affine)) + bias + 1.0
    weight = to_numpy(layer.weight) / np.sqrt(np.prod(layer.weight.shape[:3]))
    modulated = scale[:, None, None, :, None] * weight
    if not demodulate:
        return gain * modulated
    return gain * modulated / np.sqrt(np.square(modulated).sum(axis=(1, 2, 3), keepdims=True) + 1e-8)


def varied(layer, *shapes):
    layer.build(list(shapes))
    layer.affine.set_weights([normal(*each.shape) for each in layer.affine.weights])
    layer.bias.assign(normal(layer.filters))
    return layer


@pytest.mark.parametrize("size, demodulate, gain", [(3, True, 2**0.5), (1, False, 1.0), (3, True, 1.0)])
def test_every_image_has_its_own_kernel(size, demodulate, gain):
    x, styles = 3.0 * normal(3, 5, 4, 6), normal(3, 4, 7)
    layer = varied(ModulatedConv2D(2, size, index=2, demodulate=demodulate, gain=gain), x.shape, styles.shape)
    expected = [
        channelwise(lambda m, k: correlate2d(m, k, "same"), image, kernel) + to_numpy(layer.bias)
        for image, kernel in zip(x, kernels(layer, styles, gain, demodulate), strict=True)
    ]
    np.testing.assert_allclose(apply(layer, x, styles), expected, rtol=1e-4, atol=1e-4)


def test_demodulation_keeps_unit_variance():
    x, styles = normal(4, 16, 16, 32), normal(4, 2, 8)
    layer = varied(ModulatedConv2D(64, index=1, gain=1.0), x.shape, styles.shape)
    layer.bias.assign(np.zeros(64))
    np.testing.assert_allclose(apply(layer, x, 5.0 * styles)[:, 1:-1, 1:-1].std(axis=(1, 2, 3)), 1.0, atol=0.1)


def test_twice_the_resolution_is_a_transposed_convolution_and_the_filter():
    x, styles = normal(2, 3, 4, 5), normal(2, 3, 6)
    layer = varied(ModulatedUpConv2D(2, index=1), x.shape, styles.shape)
    outputs = apply(layer, x, styles)
    for image, kernel, found in zip(x, kernels(layer, styles, 2**0.5), outputs, strict=True):
        spread = np.zeros((5, 7, 5))  # a zero between pixels
        spread[::2, ::2] = image
        enlarged = channelwise(convolve2d, spread, kernel)  # (7, 9, 2)
        np.testing.assert_allclose(found, filtered(enlarged, 4.0, 1) + to_numpy(layer.bias), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("size", [3, 1])
def test_half_the_resolution_is_the_filter_and_a_convolution(size):
    x, layer = normal(2, 6, 8, 3), DownConv2D(4, size, gain=1.0, use_bias=size == 3)
    outputs = apply(layer, x)
    weight = to_numpy(layer.weights[0]) / np.sqrt(size * size * 3)
    assert outputs.shape == (2, 3, 4, 4) and weight.shape == (size, size, 3, 4)
    assert len(layer.weights) == (2 if size == 3 else 1)
    for image, found in zip(x, outputs, strict=True):
        smooth = filtered(image, pad=(size + 1) // 2)
        expected = channelwise(lambda m, k: correlate2d(m, k, "valid")[::2, ::2], smooth, weight)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_other_taps_average_and_repeat_pixels():
    x, styles = normal(2, 4, 6, 3), np.zeros((2, 1, 5), "float32")
    down = DownConv2D(4, 1, taps=(1, 1), gain=1.0)
    outputs, means = apply(down, x), x.reshape(2, 2, 2, 3, 2, 3).mean(axis=(2, 4))
    np.testing.assert_allclose(outputs, means @ to_numpy(down.weights[0])[0, 0] / 3**0.5, rtol=1e-4, atol=1e-5)
    up = varied(ModulatedUpConv2D(2, taps=(1, 1)), x.shape, styles.shape)
    repeated = x.repeat(2, axis=1).repeat(2, axis=2)
    for image, kernel, found in zip(repeated, kernels(up, styles, 2**0.5), apply(up, x, styles), strict=True):
        expected = channelwise(lambda m, k: convolve2d(m, k, "same"), image, kernel) + to_numpy(up.bias)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "layer",
    [
        DownConv2D(4, 1, taps=(1, 1), gain=0.5, rate=0.1, use_bias=False),
        ModulatedConv2D(4, 1, index=1, demodulate=False, gain=1.0),
        ModulatedUpConv2D(4, index=1, taps=(1, 1), gain=1.0),
    ],
)
def test_layers_come_back_from_their_config(layer):
    x, styles = normal(2, 4, 4, 3), normal(2, 3, 5)
    inputs = (x,) if isinstance(layer, DownConv2D) else (x, styles)
    outputs, copy = apply(layer, *inputs), type(layer).from_config(layer.get_config())
    apply(copy, *inputs)
    copy.set_weights(layer.get_weights())
    np.testing.assert_array_equal(apply(copy, *inputs), outputs)

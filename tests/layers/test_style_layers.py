"""The layers of progressive and style-based generators against closed forms."""

import keras
import numpy as np
import pytest
from helpers import to_numpy
from keras import ops
from scipy import ndimage

from kerasgen.layers.adaptive_instance_norm import AdaptiveInstanceNorm
from kerasgen.layers.blur import Blur
from kerasgen.layers.equalized import EqualizedConv2D, EqualizedDense
from kerasgen.layers.learned_constant import LearnedConstant
from kerasgen.layers.minibatch_stddev import MinibatchStdDev
from kerasgen.layers.noise_injection import NoiseInjection
from kerasgen.layers.pixel_norm import PixelNorm
from kerasgen.layers.truncation import Truncation
from kerasgen.layers.upsample import Upsample

RNG = np.random.default_rng(0)


def normal(*shape):
    return RNG.standard_normal(shape).astype("float32")


def apply(layer, *inputs, **options):
    tensors = [ops.convert_to_tensor(each) for each in inputs]
    return ops.convert_to_numpy(layer(tensors if len(tensors) > 1 else tensors[0], **options))


@pytest.mark.parametrize("rate", [1.0, 0.01])
@pytest.mark.parametrize(
    "make, shape",
    [
        (lambda **kw: EqualizedDense(512, gain=1.0, **kw), (64, 300)),
        (lambda **kw: EqualizedConv2D(64, 3, padding="same", gain=1.0, **kw), (4, 16, 16, 48)),
    ],
)
def test_equalized_layers_start_with_unit_variance(make, shape, rate):
    layer = make(rate=rate)
    x = normal(*shape)
    outputs = apply(layer, x)
    inner = outputs if len(shape) == 2 else outputs[:, 1:-1, 1:-1]
    assert inner.std() == pytest.approx(1.0, rel=0.05)
    assert to_numpy(layer.trainable_weights[0]).std() == pytest.approx(1.0 / rate, rel=0.05)
    copy = type(layer).from_config(layer.get_config())
    copy.build(shape)
    copy.set_weights(layer.get_weights())
    np.testing.assert_array_equal(apply(copy, x), outputs)


def test_equalized_layers_learn_at_their_rate():
    x, layer, slow = normal(8, 5), EqualizedDense(3, gain=1.0), EqualizedDense(3, gain=1.0, rate=0.1)
    for each in (layer, slow):
        each.build(x.shape)
    slow.set_weights([10.0 * to_numpy(layer.weights[0]), to_numpy(layer.weights[1])])
    np.testing.assert_allclose(apply(layer, x), apply(slow, x), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(apply(layer, x), x @ to_numpy(layer.weights[0]) / np.sqrt(5), rtol=1e-4, atol=1e-5)


def test_pixel_norm_gives_unit_length():
    x = normal(3, 4, 5, 7)
    outputs = apply(PixelNorm(), x)
    np.testing.assert_allclose(np.mean(outputs**2, axis=-1), 1.0, rtol=1e-4)
    np.testing.assert_allclose(outputs, x / np.sqrt(np.mean(x**2, axis=-1, keepdims=True)), rtol=1e-4)


@pytest.mark.parametrize("batch, group", [(8, 4), (6, 6), (3, 3)])
def test_minibatch_deviation_is_numpys(batch, group):
    x = normal(batch, 4, 4, 3)
    outputs = apply(MinibatchStdDev(), x)
    groups = x.reshape(-1, group, 4, 4, 3)
    expected = np.repeat(groups.std(axis=1).mean(axis=(1, 2, 3)), group)
    np.testing.assert_array_equal(outputs[..., :3], x)
    np.testing.assert_allclose(outputs[..., 3], np.broadcast_to(expected[:, None, None], (batch, 4, 4)), rtol=1e-4)


@pytest.mark.backend("tensorflow")
def test_minibatch_deviation_of_open_batches():
    import tensorflow as tf

    layer = MinibatchStdDev()
    traced = tf.function(layer, input_signature=[tf.TensorSpec((None, 4, 4, 3))])
    for batch in (8, 3):
        x = normal(batch, 4, 4, 3)
        np.testing.assert_allclose(traced(x).numpy(), apply(layer, x), rtol=1e-5)


def test_adaptive_instance_norm_sets_the_moments_that_w_asks_for():
    x, styles, layer = 3.0 + 2.0 * normal(5, 16, 16, 6), normal(5, 3, 4), AdaptiveInstanceNorm(index=1)
    outputs, w = apply(layer, x, styles), styles[:, 1]
    kernel, bias = (to_numpy(weight) for weight in layer.trainable_weights)
    asked = w @ kernel / np.sqrt(4) + bias
    np.testing.assert_allclose(outputs.mean(axis=(1, 2)), asked[:, 6:], atol=1e-4)
    np.testing.assert_allclose(outputs.std(axis=(1, 2)), np.abs(1.0 + asked[:, :6]), atol=1e-3)


def test_adaptive_instance_norm_maps_styles_in_its_own_dtype():
    layer = AdaptiveInstanceNorm.from_config(AdaptiveInstanceNorm(dtype="mixed_bfloat16").get_config())
    layer.build(((None, 4, 4, 2), (None, 1, 3)))
    assert layer.affine.compute_dtype == layer.compute_dtype == "bfloat16"


def test_adaptive_instance_norm_finds_a_small_variation_on_a_large_mean_in_half_floats():
    signs, layer = RNG.choice([-1.0, 1.0], (5, 16, 16, 6)), AdaptiveInstanceNorm(dtype="mixed_bfloat16")
    x, styles = ops.cast(8.0 + signs / 16, "bfloat16"), np.zeros((5, 3, 4), "float32")  # asks for N(0, 1)
    outputs = ops.convert_to_numpy(ops.cast(layer([x, ops.cast(styles, "bfloat16")]), "float32"))
    wanted = (signs - signs.mean(axis=(1, 2), keepdims=True)) / signs.std(axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(outputs, wanted, atol=0.01)


def test_truncation_pulls_towards_the_moving_average():
    layer, w, total = Truncation(momentum=0.5), normal(6, 4), 0.0
    for _ in range(3):
        np.testing.assert_array_equal(apply(layer, w, training=True), w)
        total = 0.5 * total + 0.5 * w.mean(axis=0)
    np.testing.assert_allclose(to_numpy(layer.average), total, rtol=1e-5)
    share = np.array([[1.0], [0.0], [-1.0], [0.5], [2.0], [0.7]], "float32")
    np.testing.assert_allclose(apply(layer, w, share), total + share * (w - total), atol=1e-5)
    np.testing.assert_array_equal(apply(layer, w), w)
    np.testing.assert_allclose(to_numpy(layer.average), total, rtol=1e-5)


def test_noise_begins_without_strength_and_is_fixed_outside_of_training():
    x, layer = normal(2, 4, 4, 3), NoiseInjection(seed=1)
    np.testing.assert_array_equal(apply(layer, x), x)
    layer.strength.assign([0.0, 1.0, 2.0])
    added = apply(layer, x) - x
    np.testing.assert_allclose(added, to_numpy(layer.noise) * np.array([0.0, 1.0, 2.0]) * np.ones((2, 1, 1, 1)), atol=1e-5)
    np.testing.assert_array_equal(apply(layer, x), apply(layer, x))
    drawn = apply(layer, x, training=True) - x
    assert np.abs(drawn[0, ..., 1] - drawn[1, ..., 1]).max() > 0.1
    np.testing.assert_allclose(drawn[..., 2], 2.0 * drawn[..., 1], atol=1e-5)


def test_blur_is_scipys_and_enlarges_bilinearly():
    x = normal(2, 6, 5, 3)
    kernel = np.outer([1, 2, 1], [1, 2, 1])[None, :, :, None] / 16
    np.testing.assert_allclose(apply(Blur(), x), ndimage.convolve(x, kernel, mode="constant"), atol=1e-5)
    enlarged = apply(Blur(), apply(Upsample(), x))
    bilinear = ops.convert_to_numpy(keras.ops.image.resize(ops.convert_to_tensor(x), (12, 10), data_format="channels_last"))
    np.testing.assert_allclose(enlarged[:, 1:-1, 1:-1], bilinear[:, 1:-1, 1:-1], atol=1e-5)


def test_learned_constant():
    layer = LearnedConstant((4, 4, 3))
    maps = apply(layer, normal(5, 7))
    np.testing.assert_array_equal(maps, np.repeat(to_numpy(layer.constant), 5, axis=0))
    assert (maps[0].std(axis=(0, 1)) > 0.1).all()  # what normalization has to find
    assert layer.compute_output_shape((None, 7)) == (None, 4, 4, 3)

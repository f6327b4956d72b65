"""Layers and augmentations against numpy."""

import keras
import numpy as np
import pytest
from helpers import to_numpy
from keras import ops

from kerasgen import backend
from kerasgen.layers.gated_linear_unit import GatedLinearUnit
from kerasgen.layers.instance_norm import InstanceNormalization
from kerasgen.layers.maxout import Maxout
from kerasgen.layers.one_hot import OneHot
from kerasgen.layers.reflection_padding import ReflectionPadding2D
from kerasgen.layers.spectral_normalization import SpectralNormalization
from kerasgen.layers.upsample import Upsample
from kerasgen.losses.augmentation import AUGMENTATIONS, augment
from kerasgen.losses.crop import crop

RNG = np.random.default_rng(0)


def array(*shape):
    return RNG.random(shape, dtype="float32")


def apply(function, *inputs):
    return ops.convert_to_numpy(function(*(ops.convert_to_tensor(each) for each in inputs)))


def test_maxout_is_the_largest_of_its_pieces():
    x, layer = array(4, 5), Maxout(3, 2)
    outputs = apply(layer, x)
    kernel, bias = (to_numpy(weight) for weight in layer.weights)
    np.testing.assert_allclose(outputs, (x @ kernel + bias).reshape(4, 3, 2).max(axis=2), rtol=1e-5)
    bounded = Maxout(3, 2, kernel_initializer="zeros", kernel_constraint=keras.constraints.MaxNorm(2.0), dtype="float32")
    for each in (layer, bounded):
        assert Maxout.from_config(each.get_config()).get_config() == each.get_config()
    assert Maxout.from_config(bounded.get_config()).kernel_constraint.max_value == 2.0


def test_one_hot():
    np.testing.assert_array_equal(apply(OneHot(4), np.array([2.0, 0.0, 3.0], "float32")), np.eye(4)[[2, 0, 3]])


def test_gated_linear_unit_by_hand():
    x, layer = array(2, 3, 4, 6) - 0.5, GatedLinearUnit()
    np.testing.assert_allclose(apply(layer, x), x[..., :3] / (1.0 + np.exp(-x[..., 3:])), rtol=1e-5)
    assert layer.compute_output_shape((None, 3, 4, 6)) == (None, 3, 4, 3)


def test_upsample_repeats_pixels():
    x = array(2, 3, 5, 2)
    np.testing.assert_array_equal(apply(Upsample(), x), x.repeat(2, axis=1).repeat(2, axis=2))


def test_instance_normalization_is_group_normalization_of_single_channels():
    x, layer, other = array(3, 5, 4, 6), InstanceNormalization(), keras.layers.GroupNormalization(-1, epsilon=1e-5, scale=False)
    for each in (layer, other):
        each.build(x.shape)
        each.set_weights([np.linspace(-1, 1, 6)])
    np.testing.assert_allclose(apply(layer, x), apply(other, x), atol=1e-5)
    assert InstanceNormalization.from_config(layer.get_config()).get_config() == layer.get_config()


def test_reflection_padding():
    x, layer = array(2, 5, 4, 3), ReflectionPadding2D(2)
    np.testing.assert_array_equal(apply(layer, x), np.pad(x, ((0, 0), (2, 2), (2, 2), (0, 0)), mode="reflect"))
    assert layer.compute_output_shape((None, 5, None, 3)) == (None, 9, None, 3)


@pytest.mark.parametrize("make", [lambda: keras.layers.Dense(4), lambda: backend.Conv2D(4, 3, padding="same")])
def test_spectral_normalization_divides_by_the_largest_singular_value(make):
    layer = SpectralNormalization(make())
    x = array(2, 6) if isinstance(layer.layer, keras.layers.Dense) else array(2, 6, 6, 3)
    apply(layer, x)
    kernel = to_numpy(layer.layer.kernel)
    for _ in range(60):
        layer(ops.convert_to_tensor(x), training=True)
    np.testing.assert_array_equal(to_numpy(layer.layer.kernel), kernel)  # the trained weights are nobody else's
    plain = type(layer.layer).from_config(layer.layer.get_config())
    plain.build(x.shape)
    sigma = np.linalg.svd(kernel.reshape(-1, 4), compute_uv=False)[0]
    plain.set_weights([kernel / sigma, to_numpy(layer.layer.bias)])
    np.testing.assert_allclose(apply(layer, x), apply(plain, x), atol=1e-4)


@pytest.mark.parametrize(
    "name, arguments",
    [
        ("Conv2D", {"filters": 4, "kernel_size": 3, "padding": "same"}),
        ("Conv2D", {"filters": 4, "kernel_size": 4, "strides": 2, "padding": "same"}),
        ("Conv2DTranspose", {"filters": 4, "kernel_size": 4, "strides": 2, "padding": "same"}),
        ("AveragePooling2D", {"pool_size": 2}),
        ("BatchNormalization", {}),
    ],
)
@pytest.mark.parametrize("side", [4, 6, 7])
def test_own_kernels_are_keras_layers(name, arguments, side):
    x = ops.convert_to_tensor(array(2, side, side, 3))
    layers = [getattr(module, name)(**arguments) for module in (keras.layers, backend)]
    for layer in layers:
        layer.build(x.shape)
        layer.set_weights([weight.copy() for weight in layers[0].get_weights()])
    options = {"training": True} if name == "BatchNormalization" else {}
    outputs = [ops.convert_to_numpy(layer(x, **options)) for layer in layers]
    np.testing.assert_allclose(*outputs, atol=1e-5)
    for a, b in zip(*(layer.weights for layer in layers), strict=True):  # moving statistics
        np.testing.assert_allclose(to_numpy(a), to_numpy(b), atol=1e-5)
    slope = ops.convert_to_tensor(array(*outputs[0].shape))
    for index, variable in enumerate(layers[0].trainable_variables):

        def weighed(layer, value, index=index):
            weights = [value if index == i else v.value for i, v in enumerate(layer.trainable_variables)]
            fixed = [v.value for v in layer.non_trainable_variables]
            return ops.sum(slope * layer.stateless_call(weights, fixed, x, **options)[0])

        gradients = [
            ops.convert_to_numpy(backend.gradient(lambda value: weighed(layer, value), variable.value)) for layer in layers
        ]
        np.testing.assert_allclose(*gradients, rtol=1e-4, atol=1e-4)


@pytest.mark.backend("jax", "torch")
@pytest.mark.parametrize("size, strides, side", [(3, 1, 7), (1, 1, 7), (4, 1, 7), (4, 2, 7), (5, 2, 7), (3, 1, 4), (4, 2, 8)])
def test_own_convolutions_bear_penalties_on_their_slope(size, strides, side):
    """As R1's: the gradient to the kernel of the squared gradient to the images."""
    x = ops.convert_to_tensor(array(2, side, side, 3))
    layers = [module.Conv2D(4, size, strides, "same") for module in (keras.layers, backend)]
    for layer in layers:
        layer.build(x.shape)
        layer.set_weights([weight.copy() for weight in layers[0].get_weights()])

    def slope(layer, kernel):
        weights = [kernel, layer.bias.value]
        return backend.gradient(lambda images: ops.sum(ops.sin(layer.stateless_call(weights, [], images)[0])), x)

    slopes = [ops.convert_to_numpy(ops.stop_gradient(slope(layer, layer.kernel.value))) for layer in layers]
    np.testing.assert_allclose(*slopes, rtol=1e-4, atol=1e-5)
    steps = [
        ops.convert_to_numpy(
            backend.gradient(lambda value, layer=layer: ops.sum(ops.square(slope(layer, value))), layer.kernel.value)
        )
        for layer in layers
    ]
    np.testing.assert_allclose(*steps, rtol=1e-4, atol=1e-4)


def test_translation_moves_by_whole_pixels():
    images = array(3, 16, 16, 2)
    numbers = np.array([[0.5, 0.5, 0], [0.0, 0.99, 0], [0.99, 0.0, 0]], "float32")  # -2, -1, 0, 1 or 2 of 16 pixels
    moved = apply(AUGMENTATIONS["translation"], images, numbers)
    np.testing.assert_allclose(moved[0], images[0], atol=1e-6)
    for image, before, (down, right) in zip(moved[1:], images[1:], [(-2, 2), (2, -2)], strict=True):
        expected = np.full_like(image, 0.5)
        inner = [slice(max(shift, 0), 16 + min(shift, 0)) for shift in (down, right)]
        outer = [slice(max(-shift, 0), 16 + min(-shift, 0)) for shift in (down, right)]
        found = [np.abs(image[tuple(a)] - before[tuple(b)]).max() for a, b in ((inner, outer), (outer, inner))]
        assert min(found) < 1e-6  # which way a number moves is not promised
        assert np.isclose(image, expected).mean() >= 1 - (14 / 16) ** 2


def test_windows_are_cut_as_by_slicing():
    maps, places = array(3, 8, 6, 2), np.array([[0, 0], [3, 1], [4, 3]])
    found = apply(lambda x, top, left: crop(x, top, left, 4, 3), maps, *places.T.astype("float32"))
    expected = [each[top : top + 4, left : left + 3] for each, (top, left) in zip(maps, places, strict=True)]
    np.testing.assert_array_equal(found, expected)


def test_cutout_is_a_gray_square_of_half_the_side():
    images = 0.4 * array(4, 16, 16, 1)
    changed = apply(AUGMENTATIONS["cutout"], images, np.array([[0.5, 0.5, 0]] * 4, "float32")) == 0.5
    assert changed.sum() == 4 * 8 * 8
    assert changed[:, 4:12, 4:12].all()


def test_color_keeps_what_it_should():
    images = array(3, 8, 8, 3)
    neutral = np.full((3, 3), 0.5, "float32")
    np.testing.assert_allclose(apply(AUGMENTATIONS["color"], images, neutral), images, atol=1e-6)
    brighter = neutral.copy()
    brighter[:, 0] = 0.9
    np.testing.assert_allclose(apply(AUGMENTATIONS["color"], images, brighter), images + 0.2, atol=1e-6)
    gray = neutral.copy()
    gray[:, 1] = 0.0
    assert np.ptp(apply(AUGMENTATIONS["color"], images, gray), axis=-1).max() < 1e-6
    strong = neutral.copy()
    strong[:, 2] = 1.0
    np.testing.assert_allclose(
        apply(AUGMENTATIONS["color"], images, strong).std(axis=(1, 2, 3)), 1.5 * images.std(axis=(1, 2, 3)), rtol=1e-4
    )


def test_gradients_reach_the_images_through_every_augmentation():
    numbers = ops.convert_to_tensor(array(2, 3, 3))
    images = ops.convert_to_tensor(0.25 + 0.5 * array(2, 8, 8, 3))

    def reached(*names):
        slopes = ops.convert_to_numpy(backend.gradient(lambda x: ops.sum(ops.square(augment(x, names, numbers))), images))
        assert np.isfinite(slopes).all()
        return np.mean(slopes != 0.0)

    assert reached("color") > 0.99
    assert reached("translation") >= (7 / 8) ** 2  # a rim moves out
    assert 0.3 < reached("translation", "cutout") <= 0.85
    assert reached(*AUGMENTATIONS) > 0.3

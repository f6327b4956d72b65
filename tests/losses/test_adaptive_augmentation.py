"""Adaptive augmentation against numpy, scipy and closed forms, on every backend."""

import math

import keras
import numpy as np
import pytest
from helpers import ANY_BACKEND
from keras import ops
from scipy import ndimage, signal, stats
from scipy.spatial.transform import Rotation

from kerasgen import backend
from kerasgen.losses.adaptive_augmentation import (
    NORMALS,
    UNIFORMS,
    augment_adaptively,
    blit,
    inverse_matrix,
    recolor,
    sample_transforms,
)
from kerasgen.losses.adversarial import LOSSES, real_sign
from kerasgen.losses.warp import CENTER, FIRST, SYM6, warp

if keras.backend.backend() == "jax":  # one graph compiles in less time than its operations one by one
    import jax

    augment_adaptively, warp = jax.jit(augment_adaptively), jax.jit(warp)

RNG = np.random.default_rng(0)


def numbers(n):
    return RNG.random((n, UNIFORMS), dtype="float32"), RNG.standard_normal((n, NORMALS), dtype="float32")


def tensors(*values):
    return [ops.convert_to_tensor(np.asarray(value, "float32")) for value in values]


def augment(images, p, uniforms, normals):
    return ops.convert_to_numpy(augment_adaptively(*tensors(images, p, uniforms, normals)))


def smooth(height, width, channels=3):
    """Slow waves in [0, 1] that any sampling keeps."""
    y, x = np.mgrid[:height, :width]
    waves = [np.cos(0.25 * x + 0.2 * y + 2 * channel) + np.sin(0.3 * y + channel) for channel in range(channels)]
    return (0.5 + 0.2 * np.stack(waves, axis=-1)).astype("float32")


def turn(angle):
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def blitted(image, flip, turns, right, down):
    image = np.rot90(image[:, ::-1] if flip else image, turns)
    rows, columns = abs(down), abs(right)
    padded = np.pad(image, ((rows, rows), (columns, columns), (0, 0)), "reflect")
    return np.roll(padded, (down, right), (0, 1))[rows : rows + image.shape[0], columns : columns + image.shape[1]]


def warped(image, forward, shift):
    """The image under y = forward x + shift, mirrored far around, by scipy's filters and interpolation."""
    height, width, channels = image.shape
    around = 2 * max(height, width)
    padded = np.pad(image, ((around, around), (around, around), (0, 0)), "reflect")
    fine = signal.upfirdn(2**0.5 * SYM6, signal.upfirdn(2**0.5 * SYM6, padded, up=2, axis=0), up=2, axis=1)
    grids = [(np.arange(2 * side + 24) - 12 - CENTER) / 2 - (side - 1) / 2 for side in (height, width)]
    y, x = np.meshgrid(*grids, indexing="ij")
    source = np.linalg.inv(forward) @ (np.stack([x.ravel(), y.ravel()]) - np.reshape(shift, (2, 1)))
    places = [2 * (source[1 - axis] + (side - 1) / 2 + around) + FIRST + CENTER for axis, side in enumerate((height, width))]
    sampled = [ndimage.map_coordinates(fine[..., channel], places, order=1).reshape(x.shape) for channel in range(channels)]
    back = np.stack(sampled, axis=-1)
    for axis, side in enumerate((height, width)):
        whole = signal.upfirdn(SYM6[::-1] / 2**0.5, back, axis=axis)  # at place n: the taps from n - 11 on
        first = 12 - FIRST + len(SYM6) - 1
        back = np.take(whole, first + 2 * np.arange(side), axis=axis)
    return back


def colored(image, brightness, contrast, inverted, hue, saturation):
    """The product of the paper's matrices, in [-1, 1]."""
    axis = np.ones(3) / 3**0.5
    plane = np.outer(axis, axis)
    linear = contrast * np.eye(3)
    linear = (np.eye(3) - 2 * inverted * plane) @ linear
    linear = Rotation.from_rotvec(hue * axis).as_matrix() @ linear
    linear = (plane + saturation * (np.eye(3) - plane)) @ linear
    return (image + brightness) @ linear.T


@pytest.mark.parametrize("height, width, channels", [(9, 9, 3), (8, 8, 1), (6, 5, 1)])
def test_blitting_copies_pixels_as_numpy_does(height, width, channels):
    cases = [
        (flip, turns, right, down)
        for flip in (False, True)
        for turns in range(4)
        for right, down in ((0, 0), (2, -1), (-3, 4))
        if height == width or turns % 2 == 0
    ]
    images = RNG.random((len(cases), height, width, channels), dtype="float32")
    flip, turns, right, down = np.array(cases, "float32").T
    result = blit(*tensors(images), ops.convert_to_tensor(flip > 0), *tensors(turns, right, down))
    expected = [blitted(image, *case) for image, case in zip(images, cases, strict=True)]
    np.testing.assert_array_equal(ops.convert_to_numpy(result), expected)


@ANY_BACKEND
def test_the_wavelet_is_orthogonal_so_that_the_identity_is_one():
    products = np.correlate(SYM6, SYM6, "full")[len(SYM6) - 1 :: 2]
    np.testing.assert_allclose(products, [1, 0, 0, 0, 0, 0], atol=1e-11)
    images = RNG.random((2, 7, 12, 3), dtype="float32")
    same = warp(*tensors(images, np.tile(np.eye(2), (2, 1, 1)), np.zeros((2, 2))))
    np.testing.assert_allclose(ops.convert_to_numpy(same), images, atol=1e-5)


def test_warping_equals_scipys_filters():
    scale, rotation, stretch, last, shift = 1.06, 0.05, 1.04, -0.1, (0.4, -0.3)
    images = RNG.random((1, 14, 11, 2), dtype="float32")
    forward = turn(last) @ np.diag([stretch, 1 / stretch]) @ turn(rotation) * scale
    inverse = inverse_matrix(*(tensors([value])[0] for value in (scale, rotation, stretch, last)))
    np.testing.assert_allclose(ops.convert_to_numpy(inverse)[0], np.linalg.inv(forward), atol=1e-6)
    result = ops.convert_to_numpy(warp(*tensors(images), inverse, *tensors([shift])))
    np.testing.assert_allclose(result[0, 2:-2, 2:-2], warped(images[0], forward, shift)[2:-2, 2:-2], atol=2e-5)


@ANY_BACKEND
def test_warping_moves_a_ramp_as_its_formula_says_and_mirrors_what_is_outside():
    height, width = 24, 20
    y, x = np.mgrid[:height, :width].astype("float32")
    ramp = (0.03 * x - 0.02 * y + 0.4)[None, ..., None]
    matrix, shift = np.array([[0.4, 0.1], [-0.1, 0.5]]), np.array([1.3, -2.2])  # what is near the middle, larger
    moved = matrix @ (np.stack([(x - (width - 1) / 2).ravel(), (y - (height - 1) / 2).ravel()]) - shift[:, None])
    expected = (0.03 * (moved[0] + (width - 1) / 2) - 0.02 * (moved[1] + (height - 1) / 2) + 0.4).reshape(1, height, width, 1)
    result = ops.convert_to_numpy(warp(*tensors(ramp, matrix[None], shift[None])))
    np.testing.assert_allclose(result, expected, atol=1e-5)
    image = smooth(16, 16)[None]
    result = ops.convert_to_numpy(warp(*tensors(image, np.eye(2)[None], [[0.0, 8.0]])))
    np.testing.assert_allclose(result[0], np.pad(image[0], ((8, 0), (0, 0), (0, 0)), "reflect")[:16], atol=0.01)


def test_colors_are_changed_by_the_papers_matrices():
    images = RNG.uniform(-1, 1, (6, 4, 5, 3))
    brightness, contrast, hue, saturation = RNG.normal(size=6), RNG.random(6) + 0.5, RNG.uniform(-3, 3, 6), RNG.random(6) + 0.5
    inverted = np.arange(6) % 2 == 0
    chosen = ops.convert_to_tensor(inverted)
    result = recolor(*tensors(images, brightness, contrast), chosen, *tensors(hue, saturation))
    expected = [colored(*each) for each in zip(images, brightness, contrast, inverted, hue, saturation, strict=True)]
    np.testing.assert_allclose(ops.convert_to_numpy(result), expected, atol=1e-5)
    gray = recolor(*tensors(images[..., :1], brightness, contrast), chosen, *tensors(hue, saturation))
    sign = np.where(inverted, -1, 1) * contrast
    expected = sign[:, None, None, None] * (images[..., :1] + brightness[:, None, None, None])
    np.testing.assert_allclose(ops.convert_to_numpy(gray), expected, atol=1e-5)


@ANY_BACKEND
def test_the_whole_pipeline_by_numpy():
    """With p = 1 everything is applied, in the paper's order."""
    uniforms, normals = numbers(6)
    images = np.stack([smooth(24, 24)] * 6)
    result = augment(images, 1.0, uniforms, 0.5 * normals)
    for index, (u, g) in enumerate(zip(uniforms[:, 13:], 0.5 * normals, strict=True)):
        right, down = (int(np.round((u[2 + axis] - 0.5) * 24 / 4)) for axis in (0, 1))
        expected = blitted(images[index], u[0] >= 0.5, int(4 * u[1]), right, down)
        turns = [turn(np.pi * (2 * each - 1)) for each in (u[4], u[5])]
        stretch = 2 ** (0.2 * g[1])
        forward = turns[1] @ np.diag([stretch, 1 / stretch]) @ turns[0] * 2 ** (0.2 * g[0])
        expected = warped(expected, forward, 24 / 8 * g[2:4])
        color = 0.2 * g[4], 2 ** (0.5 * g[5]), u[6] >= 0.5, np.pi * (2 * u[7] - 1), 2 ** g[6]
        expected = 0.5 * (colored(2 * expected - 1, *color) + 1)
        np.testing.assert_allclose(result[index], expected, atol=0.02)


def test_no_transform_leaves_images_bit_for_bit_and_few_leave_most():
    images = RNG.random((64, 8, 8, 3), dtype="float32")
    uniforms, normals = numbers(64)
    np.testing.assert_array_equal(augment(images, 0.0, uniforms, normals), images)
    same = np.all(augment(images, 0.02, uniforms, normals) == images, axis=(1, 2, 3))
    applied = np.any(uniforms[:, [0, 1, 2, 3, 5, 7, 8, 9, 10, 11, 12]] < 0.02, axis=1)
    assert 0 < applied.sum() < 32 and not np.any(same & np.any(uniforms[:, [3, 5, 7, 8, 9]] < 0.02, axis=1))
    assert np.all(same[~applied & np.all(uniforms[:, [4, 6]] > 0.01006, axis=1)])


@ANY_BACKEND
@pytest.mark.parametrize("p", [0.2, 0.7])
def test_how_often_and_how_strongly_each_is_applied(p):
    n = 20_000
    u, g = RNG.random((n, UNIFORMS), dtype="float32"), RNG.standard_normal((n, NORMALS), dtype="float32")
    found = sample_transforms(*tensors(p, u, g), 64, 32)
    t = {name: np.asarray(ops.convert_to_numpy(value), "float64") for name, value in found._asdict().items()}
    neutral = {"scale": 1, "stretch": 1, "contrast": 1, "saturation": 1}
    share = {name: np.mean(value != neutral.get(name, 0)) for name, value in t.items()}
    rotated = 1 - math.sqrt(1 - p)
    expected = {"flip": p / 2, "turns": p / 2, "inverted": p / 2, "rotation": rotated, "last_rotation": rotated}
    expected |= {"right": p * 7 / 8, "down": p * 15 / 16}  # the rest is rounded to no pixel
    expected |= {name: 1 - (1 - p) ** 3 for name in ("blitted",)}
    expected |= {"warped": 1 - (1 - p) ** 4, "recolored": 1 - (1 - p) ** 5}  # two rotations count as one
    for name in t:
        assert share[name] == pytest.approx(expected.get(name, p), abs=4 * 0.5 / math.sqrt(n)), name
    assert np.mean((t["rotation"] != 0) | (t["last_rotation"] != 0)) == pytest.approx(p, abs=0.015)
    assert set(np.unique(t["turns"])) == {0, 2} and np.abs(t["right"]).max() == 4 and np.abs(t["down"]).max() == 8
    square = ops.convert_to_numpy(sample_transforms(*tensors(p, u, g), 32, 32).turns)
    np.testing.assert_allclose([np.mean(square == each) for each in (1, 2, 3)], p / 4, atol=0.015)
    for name, spread in {
        "scale": stats.norm(0, 0.2 * math.log(2)),
        "stretch": stats.norm(0, 0.2 * math.log(2)),
        "contrast": stats.norm(0, 0.5 * math.log(2)),
        "saturation": stats.norm(0, math.log(2)),
        "brightness": stats.norm(0, 0.2),
        "slide_right": stats.norm(0, 4),
        "slide_down": stats.norm(0, 8),
        "hue": stats.uniform(-math.pi, 2 * math.pi),
        "rotation": stats.uniform(-math.pi, 2 * math.pi),
    }.items():
        values = t[name][t[name] != neutral.get(name, 0)]
        assert stats.kstest(np.log(values) if name in neutral else values, spread.cdf).pvalue > 1e-4, name


@pytest.mark.backend("tensorflow", "torch")  # JAX compiles for seconds; it trains through them in test_fine_tuning.py
def test_gradients_reach_the_images():
    """What is linear in the images changes by the gradient's product with their change."""
    uniforms, normals = tensors(*numbers(4))
    images, change, weight = tensors(*RNG.random((3, 4, 6, 6, 3)))
    p = ops.convert_to_tensor(np.float32(0.9))

    def value(x):
        return ops.sum(weight * augment_adaptively(x, p, uniforms, normals))

    slope = ops.convert_to_numpy(backend.gradient(value, images))
    difference = float(ops.convert_to_numpy(value(images + change) - value(images)))
    assert np.sum(slope * ops.convert_to_numpy(change)) == pytest.approx(difference, rel=1e-4)


@ANY_BACKEND
def test_the_sign_of_real_images_by_hand():
    logits = ops.convert_to_tensor([[2.0], [0.3], [-1.0], [0.7]]), ops.convert_to_tensor([[1.0], [-2.0], [0.0], [-3.0]])
    differences = 1.0, 1.0, -1.0, 1.0
    signs = {
        "minimax": (1, 1, -1, 1),
        "non_saturating": (1, 1, -1, 1),
        "least_squares": (1, -1, -1, 1),  # around 1/2
        "hinge": (1, 1, -1, 1),
        "wasserstein": differences,
        "relativistic": differences,
    }
    assert {name: float(real_sign(name, *logits)) for name in LOSSES} == {name: np.mean(each) for name, each in signs.items()}

"""Metrics against closed forms."""

import numpy as np
import pytest
from helpers import ANY_BACKEND

from kerasgen.metrics import (
    linear_code_error,
    linear_separability,
    peak_signal_to_noise,
    perceptual_path_length,
    sliced_wasserstein,
)

pytestmark = ANY_BACKEND


def test_psnr_of_a_known_error():
    images = np.full((3, 8, 8, 1), 0.5, "float32")
    assert peak_signal_to_noise(images, images + 0.1) == pytest.approx(20.0, abs=1e-4)


def test_linear_code_error_is_the_variance_left_out():
    deviations = np.array([5.0, 3.0, 1.0, 0.5])
    rotation = np.linalg.qr(np.random.default_rng(0).standard_normal((4, 4)))[0]
    images = (np.random.default_rng(1).standard_normal((20_000, 4)) * deviations @ rotation).reshape(-1, 2, 2, 1)
    train, held_out = np.split(images, 2)
    assert linear_code_error(train, held_out, 2) == pytest.approx((1.0 + 0.25) / 4, rel=0.05)
    assert linear_code_error(train, held_out, 9) == pytest.approx(0.0, abs=1e-20)


def test_sliced_wasserstein_tells_texture_from_layout():
    rng = np.random.default_rng(0)
    smooth = np.repeat(np.repeat(rng.random((32, 16, 16, 1), dtype=np.float32), 4, 1), 4, 2)
    other = np.repeat(np.repeat(rng.random((32, 16, 16, 1), dtype=np.float32), 4, 1), 4, 2)
    noisy = np.clip(smooth + rng.normal(0, 0.5, smooth.shape).astype("float32"), 0, 1)
    assert sliced_wasserstein(smooth, smooth) == {64: 0.0, 32: 0.0, 16: 0.0}
    near, far = sliced_wasserstein(smooth, other), sliced_wasserstein(smooth, noisy)
    assert far[64] > 2 * near[64]
    assert far[64] > far[16]


def test_sliced_wasserstein_needs_equal_sets():
    with pytest.raises(ValueError, match="same shape. Received"):
        sliced_wasserstein(np.zeros((2, 32, 32, 1)), np.zeros((3, 32, 32, 1)))


def trimmed(lengths):
    low, high = np.quantile(lengths, [0.01, 0.99])
    return lengths[(lengths >= low) & (lengths <= high)].mean()


def test_path_length_of_maps_whose_speed_is_known():
    rng = np.random.default_rng(0)
    start, end, matrix = rng.standard_normal((500, 6)), rng.standard_normal((500, 6)), rng.standard_normal((6, 9))
    linear, error = perceptual_path_length(start, end, lambda w: w @ matrix, kind="linear", epsilon=1e-2)
    lengths = np.square((end - start) @ matrix).sum(axis=1)
    assert linear == pytest.approx(trimmed(lengths), rel=1e-4)
    again = [trimmed(rng.choice(lengths, 500)) for _ in range(2000)]  # the bootstrap's
    assert error == pytest.approx(np.std(again), rel=0.1)
    square, _ = perceptual_path_length(start, end, np.square, kind="linear", whole=False, epsilon=1e-3)
    assert square == pytest.approx(trimmed(np.square(2 * start * (end - start)).sum(axis=1)), rel=0.02)
    norms = np.linalg.norm(start, axis=1) * np.linalg.norm(end, axis=1)
    angles = np.arccos(np.sum(start * end, axis=1) / norms)
    assert perceptual_path_length(start, end, lambda z: z, epsilon=1e-2)[0] == pytest.approx(trimmed(angles**2), rel=1e-3)


def test_separability_is_the_entropy_that_planes_leave():
    rng = np.random.default_rng(0)
    codes = rng.standard_normal((8000, 4)) * np.array([1.0, 3.0, 0.2, 1.0]) + 5.0
    sides = (codes - 5.0) @ np.array([1.0, -0.5, 2.0, 0.0]) > 0
    flipped = np.where(rng.random(8000) < 0.1, ~sides, sides)
    coin = rng.random(8000) < 0.5
    share = np.mean((flipped != sides)[:4000])  # all are equally sure: the first half counts
    entropy = -share * np.log(share) - (1 - share) * np.log(1 - share)
    for labels, expected in ((sides, 1.0), (flipped, np.exp(entropy)), (coin, 2.0)):
        found = linear_separability(codes, labels[:, None].astype(float))
        assert found == pytest.approx(expected, rel=0.03)
    both = linear_separability(codes, np.stack([flipped, coin], axis=1).astype(float))
    assert both == pytest.approx(2.0 * np.exp(entropy), rel=0.05)
    assert linear_separability(codes, np.full((8000, 1), 0.9)) == 1.0


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: perceptual_path_length(np.zeros((3, 2)), np.zeros((2, 2)), abs), "pairs of codes, 2 at least. Received"),
        (lambda: perceptual_path_length(np.zeros((3, 2)), np.zeros((3, 2)), abs, kind="bent"), "spherical, linear, epsilon"),
        (lambda: linear_separability(np.zeros((3, 2)), np.full((3, 1), 2.0)), "probabilities, in .0, 1.. Received"),
        (lambda: linear_separability(np.full((3, 2), np.nan), np.zeros((3, 1))), "finite. Received"),
    ],
)
def test_wrong_codes_of_path_length_and_separability(call, message):
    with pytest.raises(ValueError, match=message):
        call()

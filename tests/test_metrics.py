"""Metrics against closed forms."""

import numpy as np
import pytest
from helpers import ANY_BACKEND

from kerasgen.metrics import linear_code_error, peak_signal_to_noise, sliced_wasserstein

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

"""Losses and networks against closed forms and scipy."""

import numpy as np
import pytest
from keras import ops
from scipy import stats

from kerasgen.losses.adversarial import discriminator_loss, non_saturating_loss
from kerasgen.losses.divergences import kl_to_standard_normal
from kerasgen.losses.reconstruction import bernoulli_nll, gaussian_nll
from kerasgen.networks.conv import conv_down, conv_up, stages

RNG = np.random.default_rng(0)


def tensor(*shape):
    value = RNG.random(shape, dtype=np.float32)
    return value, ops.convert_to_tensor(value)


def test_kl_equals_its_integral():
    mean, log_variance = 0.7, -0.4
    grid = np.linspace(-12, 12, 20001)
    q = stats.norm(mean, np.exp(log_variance / 2))
    integral = np.trapezoid(q.pdf(grid) * (q.logpdf(grid) - stats.norm.logpdf(grid)), grid)
    value = kl_to_standard_normal(ops.convert_to_tensor([[mean]]), ops.convert_to_tensor([[log_variance]]))
    assert float(value[0, 0]) == pytest.approx(integral, rel=1e-4)
    assert float(kl_to_standard_normal(ops.zeros((1, 1)), ops.zeros((1, 1)))[0, 0]) == 0.0


def test_likelihoods_equal_scipy():
    (x, tx), (p, tp) = tensor(3, 4, 4, 2), tensor(3, 4, 4, 2)
    bits = (x > 0.5).astype("float32")
    expected = -stats.bernoulli.logpmf(bits, p).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(bernoulli_nll(ops.convert_to_tensor(bits), tp), expected, rtol=1e-4)
    expected = -stats.norm.logpdf(x, p, 0.3).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(gaussian_nll(tx, tp, 0.3), expected, rtol=1e-4)


def test_adversarial_losses_equal_goodfellows():
    (real, treal), (fake, tfake) = tensor(5, 1), tensor(5, 1)
    d = lambda logits: 1 / (1 + np.exp(-logits))  # noqa: E731
    a, b = discriminator_loss(treal, tfake)
    assert float(a + b) == pytest.approx(-np.mean(np.log(d(real))) - np.mean(np.log(1 - d(fake))), rel=1e-5)
    assert float(non_saturating_loss(tfake)) == pytest.approx(-np.mean(np.log(d(fake))), rel=1e-5)


@pytest.mark.parametrize("size, halvings", [(28, 2), (32, 3), (64, 4), (128, 5)])
@pytest.mark.parametrize("channels", [1, 3])
def test_networks_of_every_size(size, halvings, channels):
    shape = (size, size, channels)
    assert stages(shape) == halvings
    up, down = conv_up("up", 5, shape, 2), conv_down("down", shape, 2, {"a": 3, "b": 4})
    assert up.output_shape == (None, *shape)
    assert down.output_shape == [(None, 3), (None, 4)]
    assert {v.path.split("/")[0] for v in up.variables} == {"up"}


@pytest.mark.parametrize("shape", [(28, 32, 1), (27, 27, 1), (4, 4, 1), (36, 36, 3), (64, 64, 2)])
def test_sizes_that_do_not_halve(shape):
    with pytest.raises(ValueError, match="Images must be square.*Received: image_shape="):
        stages(shape)

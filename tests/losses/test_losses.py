"""Losses and networks against closed forms and scipy."""

import numpy as np
import pytest
from keras import ops
from scipy import special, stats

from kerasgen.losses.adversarial import LOSSES, pairwise_accuracy
from kerasgen.losses.contrastive import patch_contrast
from kerasgen.losses.divergences import (
    covariance_penalty,
    kl_to_standard_normal,
    maximum_mean_discrepancy,
    minibatch_total_correlation,
)
from kerasgen.losses.path_length import path_length_penalty
from kerasgen.losses.penalties import PENALTIES
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


def test_patches_are_told_apart_by_cross_entropy():
    (queries, tq), (keys, tk) = tensor(2, 5, 4), tensor(2, 5, 4)
    queries, keys = (x / np.linalg.norm(x, axis=-1, keepdims=True) for x in (queries, keys))
    logits = np.einsum("bnd,bmd->bnm", queries, keys) / 0.07
    expected = -np.mean([special.log_softmax(row, axis=-1).diagonal() for row in logits])
    assert float(patch_contrast(tq, tk, 0.07)) == pytest.approx(expected, rel=1e-4)
    assert float(patch_contrast(ops.zeros((1, 5, 4)), tk[:1], 0.07)) == pytest.approx(np.log(5), rel=1e-5)


def test_likelihoods_equal_scipy():
    (x, tx), (p, tp) = tensor(3, 4, 4, 2), tensor(3, 4, 4, 2)
    bits = (x > 0.5).astype("float32")
    expected = -stats.bernoulli.logpmf(bits, p).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(bernoulli_nll(ops.convert_to_tensor(bits), tp), expected, rtol=1e-4)
    expected = -stats.norm.logpdf(x, p, 0.3).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(gaussian_nll(tx, tp, 0.3), expected, rtol=1e-4)


def test_cross_entropy_and_its_generators_equal_goodfellows():
    (real, treal), (fake, tfake) = tensor(5, 1), tensor(5, 1)
    d = lambda logits: 1 / (1 + np.exp(-logits))  # noqa: E731
    expected = -np.mean(np.log(d(real))) - np.mean(np.log(1 - d(fake)))
    for name, generator in (("minimax", np.mean(np.log(1 - d(fake)))), ("non_saturating", -np.mean(np.log(d(fake))))):
        loss = LOSSES[name]
        assert float(loss.discriminator(treal, tfake)) == pytest.approx(expected, rel=1e-5)
        assert float(loss.generator(None, tfake)) == pytest.approx(generator, rel=1e-5)


@pytest.mark.parametrize(
    "name, discriminator, generator",
    [
        ("least_squares", ((2 - 1) ** 2 + (-3 - 1) ** 2) / 4 + (0.5**2 + 4**2) / 4, ((0.5 - 1) ** 2 + (4 - 1) ** 2) / 4),
        ("hinge", (0 + 4) / 2 + (1.5 + 5) / 2, -(0.5 + 4) / 2),
        ("wasserstein", (0.5 + 4) / 2 - (2 - 3) / 2, -(0.5 + 4) / 2),
        (
            "relativistic",
            (np.log1p(np.exp(-1.5)) + np.log1p(np.exp(7))) / 2,
            (np.log1p(np.exp(1.5)) + np.log1p(np.exp(-7))) / 2,
        ),
    ],
)
def test_adversarial_losses_by_hand(name, discriminator, generator):
    real, fake = ops.convert_to_tensor([[2.0], [-3.0]]), ops.convert_to_tensor([[0.5], [4.0]])
    assert float(LOSSES[name].discriminator(real, fake)) == pytest.approx(discriminator, rel=1e-5)
    assert float(LOSSES[name].generator(real, fake)) == pytest.approx(generator, rel=1e-5)
    assert float(pairwise_accuracy(real, fake)) == 0.5


def test_penalties_of_a_known_gradient():
    """D(x) = sum(w x^2) / 2 has the gradient w x."""
    (real, treal), (fake, tfake), (weight, tweight) = tensor(3, 2, 2, 1), tensor(3, 2, 2, 1), tensor(2, 2, 1)
    mix = np.array([0.0, 0.3, 1.0], "float32").reshape(-1, 1, 1, 1)

    def discriminator(x):
        return 0.5 * ops.sum(tweight * x * x, axis=(1, 2, 3))[:, None]

    def norms(x):
        return np.sqrt(np.square(weight * x).sum(axis=(1, 2, 3)))

    expected = {
        "gradient_penalty": np.square(norms(mix * real + (1 - mix) * fake) - 1).mean(),
        "r1": 0.5 * np.square(norms(real)).mean(),
        "r2": 0.5 * np.square(norms(fake)).mean(),
        "drift": np.square(0.5 * (weight * real**2).sum(axis=(1, 2, 3))).mean(),
    }
    for name, penalty in PENALTIES.items():
        value = ops.convert_to_numpy(penalty(discriminator, treal, tfake, ops.convert_to_tensor(mix)))
        assert float(value) == pytest.approx(expected[name], rel=1e-5)


def test_uneven_path_lengths_of_a_known_jacobian():
    """G(w) = A w^2 / 2 has the Jacobian A diag(w), G(w) = 3 A w has 3 A."""
    (w, tw), (noise, tnoise), (matrix, tmatrix) = tensor(4, 3), tensor(4, 2, 2, 1), tensor(3, 4)
    pulled = noise.reshape(4, 4) @ matrix.T / 2.0  # the root of 4 pixels
    for draw, slope in ((lambda w: 0.5 * w * w, w * pulled), (lambda w: 3.0 * w, 3.0 * pulled)):
        value = path_length_penalty(lambda w: ops.reshape(draw(w) @ tmatrix, (4, 2, 2, 1)), tw, tnoise)
        assert float(ops.convert_to_numpy(value)) == pytest.approx(np.linalg.norm(slope, axis=1).var(), rel=1e-4)


@pytest.mark.parametrize("size, halvings", [((28, 28), 2), ((32, 32), 3), ((48, 64), 3), ((128, 128), 5)])
@pytest.mark.parametrize("channels", [1, 3])
def test_networks_of_every_size(size, halvings, channels):
    shape = (*size, channels)
    assert stages(shape) == halvings
    up, down = conv_up("up", 5, shape, 2), conv_down("down", shape, 2, {"a": 3, "b": 4})
    assert up.output_shape == (None, *shape)
    assert down.output_shape == [(None, 3), (None, 4)]
    assert {v.path.split("/")[0] for v in up.variables} == {"up"}


@pytest.mark.parametrize("shape", [(28, 30, 1), (27, 27, 1), (4, 4, 1), (36, 36, 3), (36, 64, 3), (64, 64, 2)])
def test_sizes_that_do_not_halve(shape):
    with pytest.raises(ValueError, match="shorter side of 8 pixels or more.*Received: image_shape="):
        stages(shape)


def test_total_correlation_of_a_minibatch_by_brute_force():
    mean, log_variance, z = (RNG.standard_normal((6, 3)).astype("float32") for _ in range(3))
    density = stats.norm.pdf(z[:, None], mean, np.exp(0.5 * log_variance))  # (z, posterior, dimension)
    expected = np.mean(np.log(density.prod(axis=2).mean(axis=1)) - np.log(density.mean(axis=1)).sum(axis=1))
    value = minibatch_total_correlation(*map(ops.convert_to_tensor, (mean, log_variance, z)))
    assert float(value) == pytest.approx(expected, rel=1e-4)


def test_covariance_penalty_by_numpy():
    mean, variances = RNG.standard_normal((50, 3)).astype("float32"), np.array([0.1, 0.2, 0.3], "float32")
    covariance = np.cov(mean, rowvar=False, bias=True)
    off = covariance - np.diag(np.diag(covariance))
    expected = 2.0 * np.sum(off**2) + 3.0 * np.sum((np.diag(covariance) + variances - 1) ** 2)
    value = covariance_penalty(ops.convert_to_tensor(mean), ops.convert_to_tensor(variances), 2.0, 3.0)
    assert float(value) == pytest.approx(expected, rel=1e-4)
    value = covariance_penalty(ops.convert_to_tensor(mean), None, 0.0, 1.0)
    assert float(value) == pytest.approx(np.sum((np.diag(covariance) - 1) ** 2), rel=1e-4)


def test_discrepancy_of_two_normal_samples_by_its_closed_form():
    shift = np.float32([1.0, -0.5, 2.0])
    x, y = (RNG.standard_normal((3000, 3), dtype=np.float32) for _ in range(2))
    # Of N(shift, I) and N(0, I): a difference of two codes is normal with the covariance 2 I.
    across = (1.0 + 2.0 / 3.0) ** -1.5
    expected = 2.0 * across * (1.0 - np.exp(-np.sum(shift**2) / (2.0 * (3.0 + 2.0))))
    value = maximum_mean_discrepancy(ops.convert_to_tensor(x + shift), ops.convert_to_tensor(y))
    assert float(value) == pytest.approx(expected, rel=0.05)  # of 3,000 samples
    assert float(maximum_mean_discrepancy(ops.convert_to_tensor(x), ops.convert_to_tensor(x))) == pytest.approx(0.0, abs=1e-6)
    assert 0.0 <= float(maximum_mean_discrepancy(ops.convert_to_tensor(x), ops.convert_to_tensor(y))) < 0.002

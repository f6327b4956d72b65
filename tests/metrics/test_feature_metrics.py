"""Metrics of features against closed forms, brute force and an independent package."""

import numpy as np
import pytest
from helpers import ANY_BACKEND
from prdc import compute_prdc
from scipy import linalg
from scipy.stats import norm

from kerasgen.metrics import (
    FeatureStatistics,
    density_coverage,
    frechet_distance,
    kernel_distance,
    mode_histogram,
    parzen_log_likelihood,
    precision_recall,
)

pytestmark = ANY_BACKEND


def normal(n, *, seed=0, dimensions=4, shift=0.0, scale=1.0):
    return np.random.default_rng(seed).standard_normal((n, dimensions)) * scale + shift


def gaussian(mean, covariance, n=8):
    """Features whose mean and covariance are exactly these."""
    noise = normal(n, dimensions=len(mean))
    noise -= noise.mean(axis=0)
    white = noise @ np.linalg.inv(np.linalg.cholesky(np.cov(noise, rowvar=False))).T
    return white @ np.linalg.cholesky(covariance).T + mean


def test_frechet_distance_of_two_gaussians():
    rng = np.random.default_rng(1)
    means = rng.standard_normal((2, 3))
    covariances = [a @ a.T + 0.1 * np.eye(3) for a in rng.standard_normal((2, 3, 3))]
    expected = np.square(means[0] - means[1]).sum() + np.trace(
        covariances[0] + covariances[1] - 2 * linalg.sqrtm(covariances[0] @ covariances[1]).real
    )
    a, b = (gaussian(mean, covariance) for mean, covariance in zip(means, covariances, strict=True))
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-9)
    assert frechet_distance(b, a) == pytest.approx(expected, rel=1e-9)
    assert frechet_distance(a, a) == pytest.approx(0.0, abs=1e-9)
    axes = gaussian(np.zeros(3), np.diag([1.0, 4.0, 9.0])), gaussian(np.zeros(3), np.diag([4.0, 1.0, 9.0]))
    assert frechet_distance(*axes) == pytest.approx(2.0)  # sum of (s1 - s2)^2 where the axes are shared


def test_statistics_of_parts_are_those_of_the_whole():
    features = normal(1000, shift=100.0)
    parts = FeatureStatistics()
    for part in np.split(features, [1, 300, 310]):
        parts.update(part)
    assert parts.n == 1000
    np.testing.assert_allclose(parts.mean, features.mean(axis=0))
    np.testing.assert_allclose(parts.covariance, np.cov(features, rowvar=False))
    assert frechet_distance(parts, features) == pytest.approx(0.0, abs=1e-9)


def test_frechet_distance_warns_of_too_few_images():
    with pytest.warns(UserWarning, match="4 dimensions needs more images.*kernel_distance.*Received: 4 real and 9 generated"):
        frechet_distance(normal(4), normal(9))


def test_kernel_distance_is_the_mean_u_statistic_of_ten_blocks():
    real, generated = normal(60), normal(60, seed=1, shift=0.5)

    def kernel(a, b):
        return (a @ b / 4 + 1) ** 3

    pairs = [(i, j) for i in range(6) for j in range(6) if i != j]
    expected = [
        np.mean([kernel(x[i], x[j]) for i, j in pairs])
        + np.mean([kernel(y[i], y[j]) for i, j in pairs])
        - 2 * np.mean([kernel(a, b) for a in x for b in y])
        for x, y in zip(np.split(real, 10), np.split(generated, 10), strict=True)
    ]
    distance, error = kernel_distance(real, generated)
    assert distance == pytest.approx(np.mean(expected))
    assert error == pytest.approx(np.std(expected, ddof=1) / np.sqrt(10))


def test_kernel_distance_is_unbiased_and_knows_its_error():
    estimates = [kernel_distance(normal(400, seed=seed), normal(400, seed=seed + 1000), block=50) for seed in range(60)]
    values, errors = np.transpose(estimates)
    assert abs(values.mean()) < 3 * values.std() / np.sqrt(60)
    assert errors.mean() == pytest.approx(values.std(), rel=0.3)
    assert kernel_distance(normal(400), normal(400, seed=1, shift=1.0))[0] > 10 * values.std()


def test_neighborhood_metrics_are_those_of_prdc(capsys):
    real, generated = normal(1500), normal(1200, seed=1, shift=0.5, scale=0.7)  # more rows than one part
    for k in (3, 5):
        theirs = compute_prdc(real, generated, k)
        ours = (*precision_recall(real, generated, k), *density_coverage(real, generated, k))
        assert ours == pytest.approx([theirs[name] for name in ("precision", "recall", "density", "coverage")], abs=1e-12)
    capsys.readouterr()  # prdc prints


def test_neighborhood_metrics_tell_quality_from_variety():
    real = normal(500)
    collapsed, scattered = normal(500, seed=1, scale=0.1), normal(500, seed=1, scale=5.0)
    assert precision_recall(real, real) == (1.0, 1.0)
    precision, recall = precision_recall(real, collapsed)
    assert precision > 0.95 and recall < 0.05
    precision, recall = precision_recall(real, scattered)
    assert precision < 0.2 and recall > 0.95
    density, coverage = density_coverage(real, normal(500, seed=2))
    assert density == pytest.approx(1.0, abs=0.1)
    assert coverage == pytest.approx(1 - 2**-5, abs=0.03)
    assert density_coverage(real, collapsed)[1] < 0.3


def test_mode_histogram():
    np.testing.assert_allclose(mode_histogram(np.array([0, 2, 2, 2]), 4), [0.25, 0.0, 0.75, 0.0])
    with pytest.raises(ValueError, match=r"lie in \[0, 2\). Received: 0 to 2"):
        mode_histogram(np.array([0, 2]), 2)
    with pytest.raises(ValueError, match="whole numbers.* Received"):
        mode_histogram(np.array([0.5]), 2)


def test_parzen_window_of_one_sample_is_a_gaussian():
    sample, test = np.array([[0.2, 0.7]]), np.array([[0.1, 0.9], [0.4, 0.4]])
    expected = norm.logpdf(test, sample, 0.3).sum(axis=1)
    result = parzen_log_likelihood(np.repeat(sample, 3, axis=0), test, test, sigmas=[0.3])
    assert result["nats"] == pytest.approx(expected.mean())
    assert result["standard_error"] == pytest.approx(expected.std() / np.sqrt(2))


def test_parzen_window_takes_the_width_of_the_validation_images():
    sigmas = np.logspace(-1, 0, 10)
    validation, test = normal(500, dimensions=3, scale=sigmas[6]), normal(500, dimensions=3, scale=0.9)
    assert parzen_log_likelihood(np.zeros((10, 3)), validation, test)["sigma"] == pytest.approx(sigmas[6])


@pytest.mark.parametrize("metric", [frechet_distance, kernel_distance, precision_recall, density_coverage])
@pytest.mark.parametrize(
    "bad, message",
    [
        (np.full((9, 4), np.nan), "finite. Received: NaN"),
        (np.zeros((9, 3)), "one extractor. Received: 4 and 3"),
        (np.zeros(9), r"\(n, dimensions\).* Received"),
    ],
)
def test_wrong_features(metric, bad, message):
    with pytest.raises(ValueError, match=message):
        metric(normal(9), bad)


@pytest.mark.parametrize("metric", [precision_recall, density_coverage])
def test_fewer_images_than_neighbors(metric):
    with pytest.raises(ValueError, match="Received: k=9, 9 images"):
        metric(normal(20), normal(9), k=9)

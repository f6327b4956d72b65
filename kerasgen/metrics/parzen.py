"""Log-likelihood under a Parzen window of samples, the metric of Goodfellow et al. 2014 (arXiv:1406.2661, table 1).

A poor measure (Theis et al. 2016, arXiv:1511.01844), kept because that table knows no other.
"""

from __future__ import annotations

import numpy as np
from scipy.special import logsumexp

from kerasgen.metrics.features import check_pair
from kerasgen.metrics.neighborhoods import distances

SIGMAS = np.logspace(-1.0, 0.0, 10)


def parzen_log_likelihood(
    samples: np.ndarray, validation: np.ndarray, test: np.ndarray, *, sigmas: np.ndarray = SIGMAS
) -> dict[str, float]:
    """Fits Gaussians of one width around the samples and gives the mean log density of the test images, in nats.

    The width is the one of `sigmas` that makes the validation images likeliest. The paper took 10,000 samples, 10 widths from
    0.1 to 1 and 1,000 of the training images to validate.

    Args:
        samples: (n, dimensions), generated images in [0, 1] made flat.
        validation: (m, dimensions), likewise.
        test: (k, dimensions), likewise.
        sigmas: the widths to choose from.

    Returns:
        {"nats": mean, "standard_error": deviation over the test images / sqrt(n), "sigma": width}. Raises ValueError for NaN
        and for dimensions that differ.
    """
    samples, validation = check_pair(samples, validation)
    test = check_pair(samples, test)[1]
    sigma = max(sigmas, key=lambda width: _log_densities(validation, samples, width).mean())
    nats = _log_densities(test, samples, sigma)
    return {"nats": float(nats.mean()), "standard_error": float(nats.std() / np.sqrt(len(nats))), "sigma": float(sigma)}


def _log_densities(points: np.ndarray, centers: np.ndarray, sigma: float) -> np.ndarray:
    """Gives log(mean over the centers of N(x; center, sigma^2 I)), (n,)."""
    result = np.empty(len(points))
    for rows, squared in distances(points, centers):
        result[rows] = logsumexp(-squared / (2.0 * sigma**2), axis=1)
    return result - np.log(len(centers)) - 0.5 * points.shape[1] * np.log(2.0 * np.pi * sigma**2)

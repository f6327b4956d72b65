"""What the posterior q(z | x) of a VAE tells, in numpy: of Keras's networks and of exported files alike."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

import numpy as np

Function = Callable[..., np.ndarray]
Encode = Callable[..., tuple[np.ndarray, np.ndarray]]
ELBO_SAMPLES = 8


class HasLikelihood(Protocol):
    """A VAE, of Keras or of exported files."""

    def log_likelihood(self, x: np.ndarray, samples: int, seed: int) -> np.ndarray:
        """The lower bound of log p(x) in nats, (n,)."""


def code_kl(mean: np.ndarray, log_variance: np.ndarray) -> np.ndarray:
    """KL(q(z_j | x) || N(0, 1)) of each dimension, from what `encode_distribution` gives: (n, latent_dim) nats."""
    return 0.5 * (np.square(mean) + np.exp(log_variance) - 1.0 - log_variance)


def negative_elbo(model: HasLikelihood, images: np.ndarray, seed: int) -> np.ndarray:
    """-ELBO, (n,) nats, with 8 samples of the code."""
    return -np.mean([model.log_likelihood(images, 1, seed + i) for i in range(ELBO_SAMPLES)], axis=0)


def log_likelihood(
    images: np.ndarray, encode: Encode, decode: Function, nll: Function, *, samples: int, seed: int, batch_size: int
) -> np.ndarray:
    """The lower bound of log p(x) in nats, (n,) float64; one sample gives the ELBO.

    log 1/k sum_i p(x, z_i) / q(z_i | x) with z_i ~ q(z | x), equation 8 of Burda et al. 2016 (arXiv:1509.00519).

    Args:
        images: (n, height, width, channels) in [0, 1].
        encode: images to the means and log-variances of q(z | x), (n, latent_dim) each.
        decode: codes (m, latent_dim) to what the likelihood takes, m at most `batch_size`.
        nll: images and that to -log p(x | z), (m,) nats.
        samples: k.
        seed: of the z_i.
        batch_size: pairs of image and code at a time.

    Raises ValueError for samples below 1.
    """
    if samples < 1:
        raise ValueError(f"samples must be positive. Received: {samples}.")
    means, log_variances = encode(images)
    rng = np.random.default_rng(seed)
    weights = np.empty((len(images), samples))
    rows, columns = max(1, batch_size // samples), min(samples, batch_size)
    for start in range(0, len(images), rows):
        part = slice(start, start + rows)
        for first in range(0, samples, columns):
            count = min(columns, samples - first)
            mean, log_variance = (np.repeat(values[part], count, axis=0) for values in (means, log_variances))
            noise = rng.standard_normal(mean.shape, dtype="float32")
            z = mean + np.exp(0.5 * log_variance) * noise
            prior_over_posterior = 0.5 * (np.square(noise) + log_variance - np.square(z)).sum(axis=1, dtype="float64")
            log_weights = prior_over_posterior - nll(np.repeat(images[part], count, axis=0), decode(z))
            weights[part, first : first + count] = log_weights.reshape(-1, count)
    return np.logaddexp.reduce(weights, axis=1) - math.log(samples)

"""Balanced generation: codes spread evenly over the latent space instead of as the data falls."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import softmax
from sklearn.decomposition import PCA

from kerasgen.metrics.factors import check_codes


def rarity_weights(codes: np.ndarray, bins: int = 10, smoothing: float = 0.01, effective: float = 0.3) -> np.ndarray:
    """Gives probabilities that favor codes in sparsely populated regions.

    prod_j p_j(x) with p_j(x) ~ 1 / (Q_j(z_j(x)) + smoothing), Q_j being the histogram of dimension j over the codes, scaled to
    a sum of 1: algorithm 1 of Amini et al. 2019, "Uncovering and Mitigating Algorithmic Bias through Learned Latent
    Structure". The product assumes independent dimensions, so they are the principal axes of the codes here. With many
    of them it leaves all weight to a handful of images; it is raised to the largest power, at most 1, that keeps the effective
    number of images, 1 / sum_x p(x)^2, at the given share.

    Args:
        codes: (n, latent_dim), a VAE's means.
        bins: of each histogram.
        smoothing: alpha of the paper; the larger, the closer to the data's own distribution.
        effective: the least effective number of images, as a share of n: in (0, 1).

    Returns:
        (n,), summing to 1. Raises ValueError for NaN and for numbers out of their range.
    """
    codes = check_codes(codes)
    if smoothing <= 0 or bins < 1 or not 0 < effective < 1:
        raise ValueError(
            f"smoothing and bins must be positive, effective in (0, 1). Received: {smoothing=}, {bins=}, {effective=}."
        )
    rarity = np.sum([_log_rarity(values, bins, smoothing) for values in PCA().fit_transform(codes).T], axis=0)  # (n,)

    def surplus(power: float) -> float:
        return 1.0 / np.sum(np.square(softmax(power * rarity))) / len(codes) - effective

    return softmax(rarity * (1.0 if surplus(1.0) >= 0 else brentq(surplus, 0.0, 1.0)))


def _log_rarity(values: np.ndarray, bins: int, smoothing: float) -> np.ndarray:
    counts, edges = np.histogram(values, bins)
    bin_of = np.clip(np.digitize(values, edges[1:-1]), 0, bins - 1)
    return -np.log(counts[bin_of] / len(values) + smoothing)


def balanced_codes(
    codes: np.ndarray,
    n: int,
    seed: int | None = None,
    *,
    bins: int = 10,
    smoothing: float = 0.01,
    effective: float = 0.3,
    spread: float = 0.3,
) -> np.ndarray:
    """Samples codes near those of data, sparse regions as often as dense ones.

    Args:
        codes: (m, latent_dim) of a data set.
        n: how many.
        seed: of the choice and the noise.
        bins: as `rarity_weights`.
        smoothing: as `rarity_weights`.
        effective: as `rarity_weights`.
        spread: deviation of the noise about a chosen code, in deviations of its dimension.

    Returns:
        (n, latent_dim) float32, for `decode`.
    """
    codes = check_codes(codes)
    rng = np.random.default_rng(seed)
    chosen = codes[rng.choice(len(codes), n, p=rarity_weights(codes, bins, smoothing, effective))]
    return (chosen + spread * codes.std(axis=0) * rng.standard_normal(chosen.shape)).astype("float32")

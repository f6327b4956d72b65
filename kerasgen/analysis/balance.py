"""Balanced generation: codes drawn evenly over the latent space instead of as the data falls."""

import numpy as np

from kerasgen.metrics.factors import check_codes


def rarity_weights(codes: np.ndarray, bins: int = 10, smoothing: float = 0.01, combine: str = "max") -> np.ndarray:
    """Probabilities that favour codes in thinly populated regions.

    For each dimension p_j(x) ~ 1 / (Q_j(z_j(x)) + smoothing), Q_j being the histogram of dimension j over the codes, scaled to
    a sum of 1: algorithm 1 of Amini et al. 2019, "Uncovering and Mitigating Algorithmic Bias through Learned Latent
    Structure".

    Args:
        codes: (n, latent_dim), a VAE's means.
        bins: of each histogram.
        smoothing: alpha of the paper; the larger, the closer to the data's own distribution.
        combine: "product" of the p_j, as the paper prints it, which with many dimensions leaves the weight to a handful of
            images; or their "max", as in the course that its authors teach.

    Returns:
        (n,), summing to 1. Raises ValueError for NaN, for a smoothing that is not positive, and for another `combine`.
    """
    codes = check_codes(codes)
    if smoothing <= 0 or bins < 1:
        raise ValueError(f"smoothing and bins must be positive. Received: {smoothing=}, {bins=}.")
    if combine not in ("max", "product"):
        raise ValueError(f"combine must be 'max' or 'product'. Received: {combine!r}.")
    logs = np.stack([_log_rarity(values, bins, smoothing) for values in codes.T])  # (latent_dim, n)
    combined = logs.max(axis=0) if combine == "max" else logs.sum(axis=0)
    weights = np.exp(combined - combined.max())
    return weights / weights.sum()


def _log_rarity(values: np.ndarray, bins: int, smoothing: float) -> np.ndarray:
    counts, edges = np.histogram(values, bins)
    bin_of = np.clip(np.digitize(values, edges[1:-1]), 0, bins - 1)
    rarity = 1.0 / (counts[bin_of] / len(values) + smoothing)
    return np.log(rarity / rarity.sum())


def balanced_codes(codes: np.ndarray, n: int, seed: int | None = None, *, bins: int = 10, smoothing: float = 0.01,
                   spread: float = 0.3) -> np.ndarray:
    """Draws codes near those of data, thin regions as often as dense ones.

    Args:
        codes: (m, latent_dim) of a data set.
        n: how many.
        bins, smoothing: as `rarity_weights`.
        spread: deviation of the noise about a drawn code, in deviations of its dimension.

    Returns:
        (n, latent_dim) float32, for `decode`.
    """
    codes = check_codes(codes)
    rng = np.random.default_rng(seed)
    chosen = codes[rng.choice(len(codes), n, p=rarity_weights(codes, bins, smoothing))]
    return (chosen + spread * codes.std(axis=0) * rng.standard_normal(chosen.shape)).astype("float32")

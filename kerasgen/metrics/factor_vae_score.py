"""The disentanglement score of Kim and Mnih 2018, "Disentangling by Factorizing" (arXiv:1802.05983, section 3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np


def factor_vae_score(
    represent: Callable[[np.ndarray], np.ndarray],
    sizes: Sequence[int],
    *,
    votes: int = 800,
    batch_size: int = 64,
    seed: int = 0,
) -> float:
    """Gives the accuracy of telling, by the code dimension that varies least, which factor was held fixed.

    Args:
        represent: factors (n, factors) to codes (n, latent_dim).
        sizes: the number of values of each factor, all equally likely.
        votes: batches that train the majority vote; half as many test it.
        batch_size: examples a batch, one factor the same in all.
        seed: of the factors.

    Returns:
        1 for a code that has one dimension a factor, about 1 / factors for one without information, 0 where no dimension varies
        (a dimension counts if its deviation is over 5% of the largest). Raises ValueError for NaN in the codes.
    """
    rng = np.random.default_rng(seed)
    deviations = _codes(represent, rng.integers(0, sizes, (2048, len(sizes)))).std(axis=0)
    active = deviations > 0.05 * deviations.max()
    if not active.any():
        return 0.0
    fixed = rng.integers(0, len(sizes), votes + votes // 2)
    factors = rng.integers(0, sizes, (len(fixed), batch_size, len(sizes)))
    factors[np.arange(len(fixed)), :, fixed] = factors[np.arange(len(fixed)), :1, fixed]
    codes = _codes(represent, factors.reshape(-1, len(sizes))).reshape(len(fixed), batch_size, -1)
    least = np.argmin(codes.var(axis=1)[:, active] / deviations[active] ** 2, axis=1)
    table = np.zeros((active.sum(), len(sizes)))
    np.add.at(table, (least[:votes], fixed[:votes]), 1)
    return float(np.mean(table.argmax(axis=1)[least[votes:]] == fixed[votes:]))


def _codes(represent: Callable[[np.ndarray], np.ndarray], factors: np.ndarray) -> np.ndarray:
    codes = np.asarray(represent(factors), dtype="float64")
    if codes.ndim != 2 or len(codes) != len(factors) or not np.isfinite(codes).all():
        raise ValueError(
            f"represent must give finite codes (n, latent_dim). Received: shape {codes.shape} for "
            f"{len(factors)} factors, {'finite' if np.isfinite(codes).all() else 'not finite'}."
        )
    return codes

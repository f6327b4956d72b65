"""The mutual information gap of Chen et al. 2018 (arXiv:1802.04942, equation 6)."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import mutual_info_score

from kerasgen.metrics.factors import check_codes_and_factors, discretize


def mutual_information_gap(codes: np.ndarray, factors: np.ndarray, bins: int = 20) -> float:
    """Gives the mean over factors of I(best code; factor) - I(second best code; factor), over the factor's entropy.

    Args:
        codes: (n, latent_dim), continuous.
        factors: (n, factors) of whole numbers.
        bins: of equal width, into which codes are cut, as in Locatello et al. 2019 (arXiv:1811.12359).

    Returns:
        1 for a code that has one dimension a factor, about 0 for one without information. Raises ValueError for NaN and for
        arrays that do not fit each other, or of fewer than two code dimensions.
    """
    return float(np.mean(mutual_information_gaps(codes, factors, bins)))


def mutual_information_gaps(codes: np.ndarray, factors: np.ndarray, bins: int = 20) -> np.ndarray:
    """Gives the gap of each factor: (factors,)."""
    codes, factors = check_codes_and_factors(codes, factors, least_codes=2)
    discrete = discretize(codes, bins)
    shared = np.array([[mutual_info_score(code, factor) for factor in factors.T] for code in discrete.T])
    entropies = np.array([mutual_info_score(factor, factor) for factor in factors.T])
    first, second = np.sort(shared, axis=0)[::-1][:2]
    return (first - second) / entropies

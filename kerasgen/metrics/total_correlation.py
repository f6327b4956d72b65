"""Total correlation of codes under a Gaussian fit (Watanabe 1960; used so by Locatello et al. 2019, arXiv:1811.12359)."""

from __future__ import annotations

import numpy as np

from kerasgen.metrics.factors import check_codes


def total_correlation(codes: np.ndarray) -> float:
    """Gives KL(N(0, C) || N(0, diag C)) in nats, C the covariance of the codes: 0 for uncorrelated dimensions.

    Args:
        codes: (n, latent_dim); dimensions that do not vary count as independent of the others.

    Returns:
        -log det(correlation matrix) / 2. Raises ValueError for NaN or fewer codes than 10.
    """
    codes = check_codes(codes)
    varying = codes[:, codes.std(axis=0) > 0]
    if varying.shape[1] < 2:
        return 0.0
    return float(-0.5 * np.linalg.slogdet(np.corrcoef(varying, rowvar=False))[1])

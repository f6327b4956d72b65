"""Density and coverage (Naeem et al. 2020, arXiv:2002.09797, section 3)."""

from __future__ import annotations

import numpy as np

from kerasgen.metrics.features import check_pair
from kerasgen.metrics.neighborhoods import check_neighbors, distances, radii


def density_coverage(real: np.ndarray, generated: np.ndarray, k: int = 5) -> tuple[float, float]:
    """Gives density, the mean number of real neighborhoods around a generated image over k, and coverage, the share with any.

    Unlike precision and recall, an outlier among the real images does not improve them. For equal distributions
    density is expected to be 1 and coverage 1 - 2^-k for large sets.

    Args:
        real: features (n, dimensions).
        generated: features (m, dimensions).
        k: neighbors that make a real image's neighborhood.

    Returns:
        Density, from 0, which may exceed 1, and coverage, in [0, 1]. Raises ValueError as `precision_recall`.
    """
    real, generated = check_pair(real, generated)
    check_neighbors(k, real, generated)
    real_radii = radii(real, k)
    inside, covered = 0.0, np.empty(len(real), dtype=bool)
    for rows, squared in distances(real, generated):
        within = squared < real_radii[rows, None]
        inside += np.count_nonzero(within)
        covered[rows] = within.any(axis=1)
    return float(inside / (k * len(generated))), float(covered.mean())

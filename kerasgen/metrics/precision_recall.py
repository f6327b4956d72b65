"""Improved precision and recall (Kynkaanniemi et al. 2019, arXiv:1904.06991, section 2)."""

from __future__ import annotations

import numpy as np

from kerasgen.metrics.features import check_pair
from kerasgen.metrics.neighborhoods import check_neighbors, distances, radii


def precision_recall(real: np.ndarray, generated: np.ndarray, k: int = 3) -> tuple[float, float]:
    """Gives precision, the share of generated images that look real, and recall, the share of real ones within reach.

    An image belongs to the other set's manifold if it lies within the distance of one of its images to the k-th nearest
    image of the same set. Comparable only for equal numbers of images.

    Args:
        real: features (n, dimensions).
        generated: features (m, dimensions).
        k: neighbors.

    Returns:
        Two shares in [0, 1]. Raises ValueError for NaN, dimensions that differ and sets of no more than k images.
    """
    real, generated = check_pair(real, generated)
    check_neighbors(k, real, generated)
    real_radii, generated_radii = radii(real, k), radii(generated, k)
    covered = np.zeros(len(generated), dtype=bool)
    recalled = np.empty(len(real), dtype=bool)
    for rows, squared in distances(real, generated):
        covered |= (squared <= real_radii[rows, None]).any(axis=0)
        recalled[rows] = (squared <= generated_radii).any(axis=1)
    return float(covered.mean()), float(recalled.mean())

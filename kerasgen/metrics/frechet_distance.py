"""Frechet distance between features of two sets of images (Heusel et al. 2017, arXiv:1706.08500, equation 6)."""

from __future__ import annotations

import warnings

import numpy as np
from scipy import linalg

from kerasgen.metrics.features import check_features


class FeatureStatistics:
    """Number, mean and covariance of features that arrive in parts; memory does not grow with their number.

    `statistics = FeatureStatistics().update(part).update(part)`; `frechet_distance` takes two of them.
    """

    def __init__(self) -> None:
        self.n = 0
        self.mean = np.zeros(())
        self.scatter = np.zeros(())

    def update(self, features: np.ndarray) -> FeatureStatistics:
        """Adds (n, dimensions) features (Chan, Golub and LeVeque 1983, equation 2.1); raises ValueError for NaN."""
        features = check_features(features, least=1)
        total = self.n + len(features)
        mean = features.mean(axis=0)
        step, centered = mean - self.mean, features - mean
        self.scatter = self.scatter + centered.T @ centered + np.outer(step, step) * (self.n * len(features) / total)
        self.mean = self.mean + step * (len(features) / total)
        self.n = total
        return self

    @property
    def covariance(self) -> np.ndarray:
        """Gives the covariance (dimensions, dimensions), divided by n - 1; raises ValueError for fewer than 2 features."""
        if self.n < 2:
            raise ValueError(f"A covariance needs at least 2 features. Received: {self.n}.")
        return self.scatter / (self.n - 1)


def frechet_distance(real: np.ndarray | FeatureStatistics, generated: np.ndarray | FeatureStatistics) -> float:
    """Gives ||m1 - m2||^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)) of the Gaussians fitted to two sets: 0 for equal ones.

    Comparable only for the same extractor, the same numbers of images and the same way of resizing: with fewer images it is
    larger (bias of order 1 / n).

    Args:
        real: features (n, dimensions), or the `FeatureStatistics` of them.
        generated: likewise.

    Warns where a set has no more images than the features have dimensions, where `kernel_distance` is the better metric.
    Raises ValueError for NaN and for dimensions that differ.
    """
    a, b = (each if isinstance(each, FeatureStatistics) else FeatureStatistics().update(each) for each in (real, generated))
    if np.shape(a.mean) != np.shape(b.mean):
        raise ValueError(
            f"Both sets of features must come from one extractor. Received: {np.size(a.mean)} and {np.size(b.mean)} dimensions."
        )
    if min(a.n, b.n) <= a.mean.size:
        warnings.warn(
            f"A covariance of {a.mean.size} dimensions needs more images than that; kernel_distance is unbiased for "
            f"any number. Received: {a.n} real and {b.n} generated.",
            stacklevel=2,
        )
    # tr (C1 C2)^(1/2) is the sum of the roots of the eigenvalues of the symmetric C1^(1/2) C2 C1^(1/2).
    values, vectors = linalg.eigh(a.covariance)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    shared = np.sqrt(np.maximum(linalg.eigvalsh(root @ b.covariance @ root), 0.0)).sum()
    distance = np.square(a.mean - b.mean).sum() + np.trace(a.covariance) + np.trace(b.covariance) - 2.0 * shared
    return float(max(distance, 0.0))

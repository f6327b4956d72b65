"""Disentanglement, completeness and informativeness of Eastwood and Williams 2018 (ICLR, "A framework for ...")."""

from __future__ import annotations

import numpy as np
from scipy.stats import entropy
from sklearn.ensemble import RandomForestClassifier

from kerasgen.metrics.factors import check_codes_and_factors


def dci(codes: np.ndarray, factors: np.ndarray, trees: int = 50, seed: int = 0) -> dict[str, float]:
    """Measures how well code dimensions and factors match one to one, and how much the code tells of the factors.

    The importances R (latent_dim, factors) are those of a random forest a factor, fitted on one half of the examples.

    Args:
        codes: (n, latent_dim).
        factors: (n, factors) of whole numbers.
        trees: of each forest.
        seed: of the forests.

    Returns:
        {"disentanglement": weighted mean over the dimensions of 1 - H(R's row), "completeness": the same for columns,
        "informativeness": mean accuracy on the other half}, each in [0, 1]. Raises ValueError as `mutual_information_gap`.
    """
    codes, factors = check_codes_and_factors(codes, factors)
    half = len(codes) // 2
    forests, accuracies = [], []
    for factor in factors.T:
        forest = RandomForestClassifier(trees, max_features=None, min_samples_leaf=2, n_jobs=-1, random_state=seed)
        forest.fit(codes[:half], factor[:half])
        forests.append(forest.feature_importances_)
        accuracies.append(forest.score(codes[half:], factor[half:]))
    importances = np.stack(forests, axis=1)  # (latent_dim, factors)
    return {
        "disentanglement": _concentration(importances),
        "completeness": _concentration(importances.T),
        "informativeness": float(np.mean(accuracies)),
    }


def _concentration(importances: np.ndarray) -> float:
    """Gives 1 - normalized entropy of each row, weighted by the row's share of all importance."""
    weights = importances.sum(axis=1) / importances.sum()
    used = weights > 0
    scores = 1.0 - entropy(importances[used], base=importances.shape[1], axis=1)
    return float(np.sum(weights[used] * scores))

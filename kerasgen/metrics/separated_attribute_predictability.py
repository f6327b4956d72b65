"""The separated attribute predictability score of Kumar et al. 2018 (arXiv:1711.00848, section 3)."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from sklearn.metrics import balanced_accuracy_score
from sklearn.tree import DecisionTreeClassifier

from kerasgen.metrics.factors import check_codes_and_factors


def separated_attribute_predictability(codes: np.ndarray, factors: np.ndarray, categorical: Collection[int] = ()) -> float:
    """Gives the mean over factors of the gap between the two code dimensions that predict a factor best.

    An ordered factor is predicted by a line, scored by its R^2; a categorical one by two thresholds a class (a tree), fitted
    on one half and scored by balanced accuracy on the other.

    Args:
        codes: (n, latent_dim), at least 2 dimensions.
        factors: (n, factors) of whole numbers.
        categorical: the columns whose numbers have no order.

    Returns:
        At most 1, for a code that has one linear dimension a factor (a categorical factor's gap ends at 1 - 1/classes).
        Raises ValueError as `mutual_information_gap`.
    """
    codes, factors = check_codes_and_factors(codes, factors, least_codes=2)
    gaps = []
    for index, factor in enumerate(factors.T):
        score = _accuracy if index in categorical else _r_squared
        second, first = np.sort([score(code, factor) for code in codes.T])[-2:]
        gaps.append(first - second)
    return float(np.mean(gaps))


def _r_squared(code: np.ndarray, factor: np.ndarray) -> float:
    return np.corrcoef(code, factor)[0, 1] ** 2 if code.std() > 0 else 0.0


def _accuracy(code: np.ndarray, factor: np.ndarray) -> float:
    half = len(code) // 2
    tree = DecisionTreeClassifier(max_leaf_nodes=2 * len(np.unique(factor)), class_weight="balanced", random_state=0)
    tree.fit(code[:half, None], factor[:half])
    return balanced_accuracy_score(factor[half:], tree.predict(code[half:, None]))

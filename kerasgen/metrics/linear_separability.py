"""Linear separability (Karras et al. 2018, arXiv:1812.04948, section 4.2)."""

from __future__ import annotations

import numpy as np
from sklearn.svm import LinearSVC

from kerasgen.metrics.features import check_features

CONFIDENT = 0.5  # share of the samples that count, those of which the classifier is surest


def linear_separability(codes: np.ndarray, probabilities: np.ndarray, seed: int = 0) -> float:
    """Gives exp(sum_i H(Y_i | X_i)): how well a plane in the space of codes separates each attribute of the images.

    X_i is the side of a linear support vector machine's plane, Y_i what a classifier says of the image; both count for the
    half of the samples of which the classifier is surest, of each kind as many as there are.

    Args:
        codes: (n, dimensions), z or w of samples.
        probabilities: (n, attributes) in [0, 1], by a classifier of images.
        seed: of the support vector machines.

    Returns:
        1 where planes tell all attributes; 2 to the number of attributes where they tell none. An attribute that all or no
        samples have counts 1. Raises ValueError for NaN and for other shapes.
    """
    codes, probabilities = check_features(codes), check_features(probabilities)
    if len(codes) != len(probabilities) or probabilities.min() < 0 or probabilities.max() > 1:
        raise ValueError(
            f"Each code needs its probabilities, in [0, 1]. Received: shapes {codes.shape} and {probabilities.shape}."
        )
    codes = (codes - codes.mean(axis=0)) / (codes.std(axis=0) + 1e-8)
    return float(np.exp(sum(_conditional_entropy(codes, column, seed) for column in probabilities.T)))


def _conditional_entropy(codes: np.ndarray, probabilities: np.ndarray, seed: int) -> float:
    sure = np.argsort(-np.abs(probabilities - 0.5), kind="stable")[: int(CONFIDENT * len(codes))]
    codes, predicted = codes[sure], probabilities[sure] > 0.5
    if predicted.all() or not predicted.any():
        return 0.0
    side = LinearSVC(dual=False, random_state=seed).fit(codes, predicted).predict(codes)
    joint = np.array([[np.mean((side == x) & (predicted == y)) for y in (False, True)] for x in (False, True)])
    given = joint / np.maximum(joint.sum(axis=1, keepdims=True), 1e-12)
    return float(-np.sum(joint * np.log(np.maximum(given, 1e-12))))

"""The reconstruction error of the best linear code, the anchor of an autoencoder's."""

from __future__ import annotations

import numpy as np
from sklearn.decomposition import PCA


def linear_code_error(train: np.ndarray, images: np.ndarray, size: int, seed: int = 0) -> float:
    """Gives the mean squared error of the values of `images` behind `size` principal components of `train` (Hotelling 1933).

    Args:
        train: (n, ...).
        images: (m, ...), of the same shape but for their number.
        size: of the code; at most n and the values of an image are used.
        seed: of the randomized solver.
    """
    train, images = (np.reshape(values, (len(values), -1)) for values in (train, images))
    pca = PCA(min(size, *train.shape), svd_solver="randomized", random_state=seed).fit(train)
    return float(np.mean(np.square(images - pca.inverse_transform(pca.transform(images)), dtype="float64")))

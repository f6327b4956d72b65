"""The training images that are nearest to samples: a copy would show."""

from __future__ import annotations

import numpy as np

from kerasgen.metrics.features import check_pair
from kerasgen.metrics.neighbourhoods import distances


def nearest(features: np.ndarray, among: np.ndarray, k: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Finds the `k` nearest of `among` (m, dimensions) to each of `features` (n, dimensions), both of one extractor.

    Returns:
        Their indices and distances, nearest first, each (n, k). Raises ValueError for NaN, dimensions that differ, and k > m.
    """
    features, among = check_pair(features, among, 1)
    if not 1 <= k <= len(among):
        raise ValueError(f"k must be from 1 to the number of images, {len(among)}. Received: k={k}.")
    indices, lengths = np.empty((len(features), k), "int64"), np.empty((len(features), k))
    for rows, squared in distances(features, among):
        order = np.argsort(squared, axis=1)[:, :k]
        indices[rows] = order
        lengths[rows] = np.sqrt(np.take_along_axis(squared, order, axis=1))
    return indices, lengths

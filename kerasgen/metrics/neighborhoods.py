"""Distances between features and their k-nearest neighbors, in parts so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

ROWS = 1000  # of the matrix of distances at a time: 80 MB for 10,000 columns


def distances(rows: np.ndarray, columns: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Gives the squared distances of `ROWS` rows at a time to all columns, (rows, columns), and which rows they are."""
    norms = np.square(columns).sum(axis=1)
    for start in range(0, len(rows), ROWS):
        part = rows[start : start + ROWS]
        squared = np.square(part).sum(axis=1)[:, None] + norms - 2.0 * (part @ columns.T)
        yield slice(start, start + len(part)), np.maximum(squared, 0.0)


def radii(features: np.ndarray, k: int) -> np.ndarray:
    """Gives the squared distance of each point to its k-th nearest other one, (n,)."""
    result = np.empty(len(features))
    for rows, squared in distances(features, features):
        squared[np.arange(len(squared)), np.arange(rows.start, rows.stop)] = 0.0  # itself, exactly
        result[rows] = np.partition(squared, k, axis=1)[:, k]
    return result


def check_neighbors(k: int, *sets: np.ndarray) -> None:
    """Raises ValueError unless k is positive and every set has more than k points."""
    least = min(map(len, sets))
    if k < 1 or least <= k:
        raise ValueError(f"k must be positive and smaller than the number of images. Received: k={k}, {least} images.")

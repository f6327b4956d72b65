"""Perceptual path length (Karras et al. 2018, arXiv:1812.04948, section 4.1)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import stats

KINDS = ("spherical", "linear")
UNCOUNTED = 0.01  # of the pairs, at either side


def perceptual_path_length(
    start: np.ndarray,
    end: np.ndarray,
    features: Callable[[np.ndarray], np.ndarray],
    *,
    kind: str = "spherical",
    whole: bool = True,
    epsilon: float = 1e-4,
    seed: int = 0,
) -> tuple[float, float]:
    """Gives the mean of |features(way(t)) - features(way(t + epsilon))|^2 / epsilon^2 over ways between pairs of codes.

    The shorter, the more evenly an image changes on the way. As in the authors' evaluation the lowest and the highest
    hundredth of the pairs do not count.

    Args:
        start: codes (n, dimensions).
        end: codes (n, dimensions); a row of both is a pair.
        features: maps codes (n, dimensions) to features (n, m) of their images. Lengths compare only for the same features
            and number of pairs.
        kind: "spherical" for codes z of N(0, I), after they are brought to length 1 (equation 2); "linear" for w (equation 3).
        whole: t from all of [0, 1), or from its beginning alone.
        epsilon: of the way; larger than the steps in which the features see their images.
        seed: of t.

    Returns:
        The length, at least 0, and its standard error over the pairs. Raises ValueError for codes that are no pairs, and for
        another kind or epsilon.
    """
    start, end = np.asarray(start, dtype="float64"), np.asarray(end, dtype="float64")
    if start.ndim != 2 or start.shape != end.shape or len(start) < 2:
        raise ValueError(f"Ways join pairs of codes, 2 at least. Received: shapes {start.shape} and {end.shape}.")
    if kind not in KINDS or not 0 < epsilon < 1:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, epsilon in (0, 1). Received: {kind=}, {epsilon=}.")
    t = np.random.default_rng(seed).random((len(start), 1)) if whole else np.zeros((len(start), 1))
    way = _spherical if kind == "spherical" else _linear
    near, far = (np.asarray(features(way(start, end, at).astype("float32")), dtype="float64") for at in (t, t + epsilon))
    lengths = np.square(near - far).sum(axis=1) / epsilon**2
    return float(stats.trim_mean(lengths, UNCOUNTED)), float(stats.mstats.trimmed_stde(lengths, (UNCOUNTED, UNCOUNTED)))


def _linear(start: np.ndarray, end: np.ndarray, t: np.ndarray) -> np.ndarray:
    return start + t * (end - start)


def _spherical(start: np.ndarray, end: np.ndarray, t: np.ndarray) -> np.ndarray:
    start, end = (codes / np.linalg.norm(codes, axis=1, keepdims=True) for codes in (start, end))
    cosine = np.sum(start * end, axis=1, keepdims=True)
    across = end - cosine * start
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    angle = t * np.arccos(np.clip(cosine, -1.0, 1.0))
    return start * np.cos(angle) + across * np.sin(angle)

"""Paths from one code to another."""

from __future__ import annotations

import numpy as np


def interpolate(start: np.ndarray, end: np.ndarray, steps: int = 9, kind: str = "spherical") -> np.ndarray:
    """Gives codes on the path from `start` to `end`, both included.

    Args:
        start: (latent_dim,).
        end: (latent_dim,).
        steps: number of codes.
        kind: "linear", or "spherical", which keeps the length typical of N(0, I) (Shoemake 1985; White 2016,
            arXiv:1609.04468); codes in line with the origin are joined linearly.

    Returns:
        (steps, latent_dim) float32, for `decode`. Raises ValueError for codes of different shapes and another kind.
    """
    start, end = np.asarray(start, dtype="float64"), np.asarray(end, dtype="float64")
    if start.ndim != 1 or start.shape != end.shape:
        raise ValueError(f"start and end must be codes of one size. Received: shapes {start.shape} and {end.shape}.")
    if kind not in ("linear", "spherical"):
        raise ValueError(f"kind must be 'linear' or 'spherical'. Received: {kind!r}.")
    t = np.linspace(0.0, 1.0, steps)[:, None]
    lengths = np.linalg.norm(start) * np.linalg.norm(end)
    angle = np.arccos(np.clip(start @ end / lengths, -1.0, 1.0)) if lengths else 0.0
    if kind == "linear" or np.sin(angle) < 1e-6:
        path = (1.0 - t) * start + t * end
    else:
        path = (np.sin((1.0 - t) * angle) * start + np.sin(t * angle) * end) / np.sin(angle)
    return path.astype("float32")

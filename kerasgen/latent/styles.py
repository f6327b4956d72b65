"""Styles, the codes of a style-based generator's layers: numpy only, so that the runtime checks them as the models do."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from kerasgen.backend.typing import Array

TRUNCATION = (-1.0, 2.0)


def check_truncation(truncation: float) -> None:
    """Raises ValueError for a truncation outside [-1, 2]."""
    low, high = TRUNCATION
    if isinstance(truncation, bool) or not isinstance(truncation, numbers.Real) or not low <= truncation <= high:
        raise ValueError(f"truncation must be a number from {low:g} to {high:g}. Received: {truncation!r}.")


def check_styles(styles: Array, layers: int, style_dim: int) -> None:
    """Raises ValueError unless `styles` has the shape (n, layers, style_dim), n > 0."""
    shape = tuple(styles.shape) if hasattr(styles, "shape") else np.shape(styles)
    if len(shape) != 3 or shape[1:] != (layers, style_dim) or shape[0] == 0:
        raise ValueError(f"Styles must have the shape (n, {layers}, {style_dim}) with n > 0. Received: shape {shape}.")


def check_layers(layers: Sequence[int], count: int) -> None:
    """Raises ValueError unless `layers` are indices of a generator that has `count`, one at least."""
    if not len(layers) or any(not 0 <= layer < count for layer in layers):
        raise ValueError(f"Layers must be some of 0 to {count - 1}. Received: {list(layers)}.")


def mix_styles(styles: np.ndarray, other: np.ndarray, layers: Sequence[int]) -> np.ndarray:
    """Takes `layers` from `other` and the rest from `styles` (Karras et al. 2018, arXiv:1812.04948, section 3.1).

    Args:
        styles, other: (n, layers, style_dim), or one of them (1, layers, style_dim).
        layers: a range or sequence of indices, from 0, the coarsest.

    Returns:
        (n, layers, style_dim). Raises ValueError for layers out of range and shapes that do not fit.
    """
    styles, other = np.asarray(styles, dtype="float32"), np.asarray(other, dtype="float32")
    if styles.ndim != 3 or other.ndim != 3 or styles.shape[1:] != other.shape[1:]:
        raise ValueError(f"Both must be styles (n, layers, style_dim). Received: shapes {styles.shape} and {other.shape}.")
    check_layers(layers, styles.shape[1])
    taken = np.isin(np.arange(styles.shape[1]), list(layers))[None, :, None]
    return np.where(taken, other, styles)

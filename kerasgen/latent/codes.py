"""Codes and labels: numpy only, so that the runtime samples the same codes as the models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from kerasgen.backend.typing import Array, Labels


def sample_codes(n: int, latent_dim: int, seed: int | None) -> np.ndarray:
    """Samples (n, latent_dim) float32 codes from N(0, I) by numpy: the same on every backend and in every runtime.

    Raises ValueError unless n is a positive whole number, and seed one from 0 or None.
    """
    if not isinstance(n, (int, np.integer)) or isinstance(n, bool) or n <= 0:
        raise ValueError(f"The number of samples must be a positive whole number. Received: n={n!r}.")
    if seed is not None and (not isinstance(seed, (int, np.integer)) or seed < 0):
        raise ValueError(f"The seed must be a whole number from 0, or None. Received: {seed!r}.")
    return np.random.default_rng(seed).standard_normal((n, latent_dim), dtype=np.float32)


def check_codes(z: Array, latent_dim: int) -> None:
    """Raises ValueError unless `z` has the shape (n, latent_dim), n > 0."""
    shape = tuple(z.shape) if hasattr(z, "shape") else np.shape(z)
    if len(shape) != 2 or shape[1] != latent_dim or shape[0] == 0:
        raise ValueError(f"Codes must have the shape (n, {latent_dim}) with n > 0. Received: shape {shape}.")


def check_labels(labels: Labels, n: int, num_classes: int) -> np.ndarray | None:
    """Gives labels as (n,) float32, what networks take, None for a model without classes; one label serves for all.

    Raises ValueError for labels that are missing, too many or too few, no whole numbers, out of range, or not wanted.
    """
    if not num_classes:
        if labels is not None:
            raise ValueError(f"Labels belong to conditional models. Received: labels={labels!r}, for a model without classes.")
        return None
    if labels is None:
        raise ValueError(
            f"A conditional model needs labels, whole numbers from 0 to {num_classes - 1}, one an image or one "
            "for all. Received: none."
        )
    array = np.asarray(labels)
    if array.shape not in ((), (n,)) or not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"Labels must be {n} whole numbers, or one for all. Received: shape {array.shape}, {array.dtype}.")
    check_label_range(array, num_classes)
    return np.broadcast_to(array, (n,)).astype("float32")


def check_label_range(labels: np.ndarray, num_classes: int) -> None:
    """Raises ValueError for labels outside [0, num_classes)."""
    if labels.min() < 0 or labels.max() >= num_classes:
        raise ValueError(f"Labels must be from 0 to {num_classes - 1}. Received: {labels.min()} to {labels.max()}.")


def labels_in_turn(n: int, num_classes: int, chosen: Sequence[int] | None = None) -> np.ndarray | None:
    """Gives the chosen classes, or all of 0 to the last, one after another and again: (n,) whole numbers.

    None for a model without classes, unless some were chosen, which is for `check_labels` to refuse.
    """
    classes = np.asarray(chosen or range(num_classes))
    return classes[np.arange(n) % len(classes)] if len(classes) else None

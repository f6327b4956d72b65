"""What the metrics of features share: their check."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def check_features(features: ArrayLike, least: int = 2) -> np.ndarray:
    """Gives features (n, dimensions) as float64.

    Raises ValueError for another rank, fewer than `least` rows, NaN or infinity.
    """
    features = np.asarray(features, dtype="float64")
    if features.ndim != 2 or len(features) < least:
        raise ValueError(f"Features must be (n, dimensions) with n at least {least}. Received: shape {features.shape}.")
    if not np.isfinite(features).all():
        raise ValueError("Features must be finite. Received: NaN or infinity; the images or the extractor are at fault.")
    return features


def check_pair(real: ArrayLike, generated: ArrayLike, least: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Gives both sets, checked; raises ValueError too where their dimensions differ."""
    real, generated = check_features(real, least), check_features(generated, least)
    if real.shape[1] != generated.shape[1]:
        raise ValueError(
            "Both sets of features must come from one extractor. Received: "
            f"{real.shape[1]} and {generated.shape[1]} dimensions."
        )
    return real, generated

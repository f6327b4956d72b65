"""What the metrics of codes against known factors share."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def check_codes_and_factors(
    codes: ArrayLike, factors: ArrayLike, least_codes: int = 1, least: int = 10
) -> tuple[np.ndarray, np.ndarray]:
    """Gives codes (n, latent_dim) as float64 and factors (n, factors) as they are.

    Raises ValueError for other shapes, fewer than `least` examples or `least_codes` dimensions, NaN, and a factor that does
    not vary.
    """
    codes, factors = check_codes(codes, least_codes, least), np.asarray(factors)
    if factors.ndim != 2 or len(factors) != len(codes) or not np.issubdtype(factors.dtype, np.integer):
        raise ValueError(
            f"Factors must be whole numbers (n, factors), a row for each code. Received: shape {factors.shape}, "
            f"{factors.dtype}, for {len(codes)} codes."
        )
    constant = [index for index, factor in enumerate(factors.T) if factor.min() == factor.max()]
    if constant:
        raise ValueError(f"Every factor must vary. Received: constant factors {constant}.")
    return codes, factors


def check_codes(codes: ArrayLike, least_codes: int = 1, least: int = 10) -> np.ndarray:
    """Gives codes (n, latent_dim) as float64; raises ValueError for other shapes, too few, NaN or infinity."""
    codes = np.asarray(codes, dtype="float64")
    if codes.ndim != 2 or codes.shape[1] < least_codes or len(codes) < least:
        raise ValueError(
            f"Codes must be (n, latent_dim) with n at least {least} and at least {least_codes} dimensions. "
            f"Received: shape {codes.shape}."
        )
    if not np.isfinite(codes).all():
        raise ValueError("Codes must be finite. Received: NaN or infinity.")
    return codes


def discretize(codes: np.ndarray, bins: int) -> np.ndarray:
    """Cuts each dimension into `bins` of equal width: (n, latent_dim) of whole numbers."""
    low, high = codes.min(axis=0), codes.max(axis=0)
    width = np.where(high > low, high - low, 1.0)
    return np.minimum((bins * (codes - low) / width).astype(int), bins - 1)

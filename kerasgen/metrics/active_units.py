"""Active units of Burda et al. 2016, "Importance Weighted Autoencoders" (arXiv:1509.00519, section 5.2)."""

from __future__ import annotations

import numpy as np

from kerasgen.metrics.factors import check_codes


def active_units(codes: np.ndarray, threshold: float = 0.01) -> int:
    """Gives the number of dimensions of the codes' means (n, latent_dim) whose variance over the data exceeds `threshold`."""
    return int(np.sum(check_codes(codes).var(axis=0) > threshold))

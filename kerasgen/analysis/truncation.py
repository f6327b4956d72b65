"""The truncation trick at several strengths (Karras et al. 2018, arXiv:1812.04948, figure 8)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kerasgen.models.style_base import BaseStyleGAN


def truncation_sweep(
    model: BaseStyleGAN, z: np.ndarray, values: Sequence[float] = (1.0, 0.7, 0.5, 0.0, -0.5, -1.0)
) -> np.ndarray:
    """Generates each code (n, latent_dim) at each truncation; 0 is the average image, below it are the opposites.

    Returns:
        (n, values, height, width, channels) float32 in [0, 1]. Raises ValueError for a truncation outside [-1, 2].
    """
    return np.stack([model.decode(z, truncation=value) for value in values], axis=1)

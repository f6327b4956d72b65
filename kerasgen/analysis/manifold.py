"""The plane of a 2-D code, as in Kingma and Welling 2014 (arXiv:1312.6114), figure 4."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from kerasgen.models.latent_base import LatentDecoder


def manifold(model: LatentDecoder, size: int = 20, codes: np.ndarray | None = None) -> np.ndarray:
    """Decodes a grid over the plane of codes.

    Args:
        model: with a `latent_dim` of 2.
        size: images a side.
        codes: (n, 2) codes of data, whose quantiles (1% to 99%) the grid follows, for a plain autoencoder; those of N(0, 1)
            if None.

    Returns:
        (size, size, height, width, channels): the first code rises to the right, the second one upwards.

    Raises ValueError for a code of another size.
    """
    if model.latent_dim != 2:
        raise ValueError(f"A manifold needs codes of 2 numbers. Received: latent_dim={model.latent_dim}.")
    levels = np.linspace(0.01, 0.99, size)
    axes = np.repeat(norm.ppf(levels)[:, None], 2, axis=1) if codes is None else np.quantile(codes, levels, axis=0)
    across, up = np.meshgrid(axes[:, 0], axes[::-1, 1])
    images = model.decode(np.stack([across, up], axis=-1).reshape(-1, 2).astype("float32"))
    return images.reshape(size, size, *images.shape[1:])

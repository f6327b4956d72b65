"""The plane of a 2-D code, as in Kingma and Welling 2014 (arXiv:1312.6114), figure 4."""

import numpy as np
from scipy.stats import norm


def manifold(model, size: int = 20, codes: np.ndarray | None = None) -> np.ndarray:
    """Decodes a grid over the plane of codes.

    Args:
        model: a model with `decode` and `latent_dim` 2.
        size: pictures a side.
        codes: (n, 2) codes of data, whose quantiles (1% to 99%) the grid then follows, as a plain autoencoder needs; without
            them it follows those of N(0, 1).

    Returns:
        (size, size, height, width, channels): the first code rises to the right, the second one upwards.

    Raises ValueError for a code of another size.
    """
    if model.latent_dim != 2:
        raise ValueError(f"The manifold is drawn for codes of 2 numbers. Received: latent_dim={model.latent_dim}.")
    levels = np.linspace(0.01, 0.99, size)
    axes = np.repeat(norm.ppf(levels)[:, None], 2, axis=1) if codes is None else np.quantile(codes, levels, axis=0)
    across, up = np.meshgrid(axes[:, 0], axes[::-1, 1])
    images = model.decode(np.stack([across, up], axis=-1).reshape(-1, 2).astype("float32"))
    return images.reshape(size, size, *images.shape[1:])

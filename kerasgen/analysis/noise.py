"""What the noise of a style-based generator adds (Karras et al. 2018, arXiv:1812.04948, figure 4)."""

from __future__ import annotations

import numpy as np

from kerasgen.models.style_base import BaseStyleGAN


def noise_variation(
    model: BaseStyleGAN, z: np.ndarray, n: int = 8, seed: int = 0, truncation: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Generates each code with `n` different noise maps: the styles give the image, the noise its details.

    Args:
        model: a style-based generator.
        z: codes (m, latent_dim).
        n: noise maps of each.
        seed: of the first noise map; the others follow.
        truncation: as `model.sample`.

    Returns:
        The images, (m, n, height, width, channels) in [0, 1], and the deviation of each pixel over the noise, averaged over
        the channels, (m, height, width). Raises ValueError for fewer than 2 noise maps.
    """
    if n < 2:
        raise ValueError(f"A deviation needs at least 2 images. Received: n={n}.")
    styles = model.styles(z, truncation)
    images = np.stack([model.synthesize(styles, noise=seed + index) for index in range(n)], axis=1)
    return images, images.std(axis=1).mean(axis=-1)


def noise_table(images: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """Arranges what `noise_variation` gives in rows of images; the last of each shows where noise matters, brightest the most.

    Returns:
        (m, n + 1, height, width, channels) in [0, 1].
    """
    maps = np.broadcast_to((deviation / max(deviation.max(), 1e-8))[:, None, ..., None], images[:, :1].shape)
    return np.concatenate([images, maps], axis=1)

"""Reconstructions beside the originals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kerasgen.images import to_float
from kerasgen.models.autoencoder_base import BaseAutoencoder


def reconstructions(models: Sequence[BaseAutoencoder], images: np.ndarray) -> np.ndarray:
    """Gives rows of images: the reconstructions of each model, in order, and the originals last.

    Args:
        models: such as autoencoders with a `latent_dim` of 2 and of 5.
        images: (n, height, width, channels) in [0, 1], or uint8.

    Returns:
        (models + 1, n, height, width, channels) float32 in [0, 1].
    """
    return np.stack([*(model.reconstruct(images) for model in models), to_float(images)])

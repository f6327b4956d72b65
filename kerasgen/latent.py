"""The latent space of a model that samples: codes in, images out."""

from __future__ import annotations

import keras
import numpy as np

from kerasgen.batching import predict


def draw_codes(n: int, latent_dim: int, seed: int | None) -> np.ndarray:
    """Draws (n, latent_dim) float32 codes from N(0, I) by numpy: the same on every backend and in every runtime.

    Raises ValueError unless n is a positive whole number.
    """
    if not isinstance(n, (int, np.integer)) or isinstance(n, bool) or n <= 0:
        raise ValueError(f"The number of samples must be a positive whole number. Received: n={n!r}.")
    return np.random.default_rng(seed).standard_normal((n, latent_dim), dtype=np.float32)


def check_codes(z, latent_dim: int):
    """Raises ValueError unless `z` has the shape (n, latent_dim), n > 0."""
    shape = tuple(z.shape) if hasattr(z, "shape") else np.shape(z)
    if len(shape) != 2 or shape[1] != latent_dim or shape[0] == 0:
        raise ValueError(f"Codes must have the shape (n, {latent_dim}) with n > 0. Received: shape {shape}.")


class LatentDecoder:
    """Mixin of models that map codes to images. The model has `latent_dim` and the property `decoder_network`."""

    latent_dim: int

    def decode(self, z, batch_size: int = 64) -> np.ndarray:
        """Maps codes to images.

        Args:
            z: (n, latent_dim).

        Returns:
            (n, height, width, channels) float32 in [0, 1].
        """
        check_codes(z, self.latent_dim)
        return predict(self.averaged(self.decoder_network), z, batch_size)

    def sample(self, n: int, seed: int | None = None, batch_size: int = 64) -> np.ndarray:
        """Draws `n` images: `decode` of codes from N(0, I). The same seed gives the same images on every backend.

        Returns:
            (n, height, width, channels) float32 in [0, 1].
        """
        return self.decode(draw_codes(n, self.latent_dim, seed), batch_size)

    @property
    def decoder_network(self) -> keras.Model:
        """The network from codes to images."""
        raise NotImplementedError

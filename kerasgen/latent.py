"""The latent space of a model that samples: codes in, images out."""

from __future__ import annotations

import abc

import keras
import numpy as np

from kerasgen.averaging import standing_statistics
from kerasgen.batching import predict
from kerasgen.codes import check_codes, draw_codes


class LatentDecoder(abc.ABC):
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

    @property
    @abc.abstractmethod
    def decoder_network(self) -> keras.Model:
        """The network from codes to images."""


class LatentSampler(LatentDecoder):
    """Mixin of models whose codes are drawn from N(0, I)."""

    def sample(self, n: int, seed: int | None = None, batch_size: int = 64) -> np.ndarray:
        """Draws `n` images: `decode` of codes from N(0, I). The same seed gives the same images on every backend.

        Returns:
            (n, height, width, channels) float32 in [0, 1].
        """
        return self.decode(draw_codes(n, self.latent_dim, seed), batch_size)

    def settle(self, network: keras.Model) -> None:
        """Collects BatchNorm's statistics anew over 512 fixed codes."""
        if network.name == self.decoder_network.name:
            codes = draw_codes(512, self.latent_dim, self.seed)
            standing_statistics(network, np.split(codes, 8))

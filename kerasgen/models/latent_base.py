"""The latent space of a model that samples: codes in, images out."""

from __future__ import annotations

import abc

import keras
import numpy as np

from kerasgen.backend.typing import Array, Labels
from kerasgen.base.averaging import standing_statistics
from kerasgen.base.hyperparameters import Positive
from kerasgen.base.model import GenerativeModel
from kerasgen.base.prediction import predict
from kerasgen.latent.codes import check_codes, check_labels, labels_in_turn, sample_codes


class LatentDecoder(GenerativeModel):
    """Abstract base of models that map codes, and labels where they have classes, to images.

    Args:
        latent_dim: size of the code.
        further arguments: as `GenerativeModel`.
    """

    latent_dim: Positive = 64

    def decode(self, z: Array, batch_size: int = 64, *, labels: Labels = None) -> np.ndarray:
        """Maps codes to images.

        Args:
            z: (n, latent_dim).
            labels: (n,) whole numbers from 0 below `num_classes`, or one for all; for conditional models alone.

        Returns:
            (n, height, width, channels) float32 in [0, 1]. Raises ValueError for labels that are missing, out of range, or
            given to a model without classes.
        """
        check_codes(z, self.latent_dim)
        network = self.ema_network(self.decoder_network)
        wanted = check_labels(labels, len(z), self.num_classes)
        return self.run_decoder(network, z if wanted is None else [z, wanted], batch_size)

    def run_decoder(self, network: keras.Model, inputs: Array | list[Array], batch_size: int) -> np.ndarray:
        """Images of the decoder network, or of its average; a hook."""
        return predict(self.image_network(network), inputs, batch_size)

    def image_network(self, network: keras.Model) -> keras.Model:
        """The network from codes to images in [0, 1] that is exported, of the decoder network or its average; a hook."""
        return network

    @property
    @abc.abstractmethod
    def decoder_network(self) -> keras.Model:
        """The network from codes to images."""


class LatentSampler(LatentDecoder):
    """Abstract base of models whose codes are drawn from N(0, I)."""

    def sample(self, n: int, seed: int | None = None, batch_size: int = 64, *, labels: Labels = None) -> np.ndarray:
        """Draws `n` images: `decode` of codes from N(0, I). The same seed gives the same images on every backend.

        Returns:
            (n, height, width, channels) float32 in [0, 1]. Raises ValueError as `decode`.
        """
        return self.decode(sample_codes(n, self.latent_dim, seed), batch_size, labels=labels)

    def refresh_batch_norm(self, network: keras.Model) -> None:
        """Collects BatchNorm's statistics anew over 512 fixed codes."""
        if network.name == self.decoder_network.name:
            codes = sample_codes(512, self.latent_dim, self.seed)
            labels = labels_in_turn(512, self.num_classes)
            inputs = codes if labels is None else [codes, labels.astype("float32")]
            standing_statistics(network, [keras.tree.map_structure(lambda v: v[start::8], inputs) for start in range(8)])

"""Outlier scores by an exported encoder and decoder: those of `kerasgen.analysis.outlier_scores`, without Keras."""

from __future__ import annotations

import math

import numpy as np

from kerasgen.images import to_float
from kerasgen.images.check import check_images
from kerasgen.latent.posterior import code_kl, log_likelihood, negative_elbo
from kerasgen.runtime.runner import Runtime

BATCH = 1000  # pairs of image and code


class OutlierScores:
    """Maps images to numbers, high for outliers.

    A threshold is a quantile of usual images' scores: `np.quantile(scores.elbo(usual), 0.95)`.

    Args:
        encoder, decoder: files of one autoencoder; all but `reconstruction` need a VAE's.
        seed: of codes that a score samples.

    Methods take images (n, height, width, channels), [0, 1] or uint8, and give (n,) float64. Raises ValueError for files that
    do not go together.
    """

    def __init__(self, encoder: Runtime, decoder: Runtime, *, seed: int = 0) -> None:
        parts = encoder.manifest.part, decoder.manifest.part
        shapes = [(file.latent_dim, file.image_shape) for file in (encoder, decoder)]
        if parts != ("encoder", "decoder") or shapes[0] != shapes[1]:
            raise ValueError(
                f"Scores need the encoder and the decoder of one model. Received: {' and '.join(parts)}, of "
                f"latent_dim and image_shape {shapes[0]} and {shapes[1]}."
            )
        self.encoder = encoder
        self.decoder = decoder
        self.deviation = decoder.manifest.pixel_deviation  # None: the Bernoulli likelihood
        self.seed = seed

    def reconstruct(self, x: np.ndarray) -> np.ndarray:
        """`decode(encode(x))`: (n, height, width, channels) float32 in [0, 1]."""
        return self.decoder.decode(self.encoder.encode(x))

    def reconstruction(self, x: np.ndarray) -> np.ndarray:
        """Mean squared error a pixel."""
        return np.mean(np.square(to_float(np.asarray(x)) - self.reconstruct(x), dtype="float64"), axis=(1, 2, 3))

    def kl(self, x: np.ndarray) -> np.ndarray:
        """KL(q(z|x) || N(0, I)), nats: how far the code lies from where codes are sampled."""
        return code_kl(*self.encoder.encode_distribution(x)).sum(axis=1, dtype="float64")

    def elbo(self, x: np.ndarray) -> np.ndarray:
        """-ELBO, nats, with 8 samples of the code."""
        return negative_elbo(self, x, self.seed)

    def iwae(self, x: np.ndarray) -> np.ndarray:
        """The importance-weighted bound of -log p(x) with 64 samples, nats (Burda et al. 2016, arXiv:1509.00519)."""
        return -self.log_likelihood(x, 64, self.seed)

    def log_likelihood(self, x: np.ndarray, samples: int = 100, seed: int = 0) -> np.ndarray:
        """The importance-weighted lower bound of log p(x), nats; one sample gives the ELBO.

        Equation 8 of Burda et al. 2016 (arXiv:1509.00519), with the codes that the Keras model samples from the same seed.
        """
        check_images(x, self.encoder.image_shape, "x")
        return log_likelihood(
            to_float(np.asarray(x)),
            self.encoder.encode_distribution,
            self.decoder.decode,
            self._nll,
            samples=samples,
            seed=seed,
            batch_size=BATCH,
        )

    def _nll(self, images: np.ndarray, outputs: np.ndarray) -> np.ndarray:
        """-log p(images | outputs): (n,) nats."""
        if self.deviation is None:
            p = np.clip(outputs, np.float32(1e-6), np.float32(1.0 - 1e-6))
            values = -(images * np.log(p) + (1.0 - images) * np.log(1.0 - p))
        else:
            squares = np.square((images - outputs) / self.deviation)
            values = 0.5 * squares + math.log(self.deviation) + 0.5 * math.log(2.0 * math.pi)
        return values.sum(axis=(1, 2, 3), dtype="float64")

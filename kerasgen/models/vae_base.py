"""What all variational autoencoders share; a variant says what else is minimized, in `regularizer`."""

from __future__ import annotations

import abc
from typing import ClassVar, Literal

import keras
import numpy as np
from keras import ops

from kerasgen.backend.typing import Array, Batch, Tensor, Values
from kerasgen.base.hyperparameters import PositiveFloat
from kerasgen.base.phase import Phase
from kerasgen.base.settings import keras_defaults
from kerasgen.images import to_float
from kerasgen.latent.posterior import log_likelihood
from kerasgen.layers.learned_scale import LearnedScale
from kerasgen.losses.divergences import kl_to_standard_normal
from kerasgen.losses.reconstruction import bernoulli_nll, gaussian_nll
from kerasgen.models.autoencoder_base import BaseAutoencoder
from kerasgen.models.latent_base import LatentSampler


class BaseVAE(BaseAutoencoder, LatentSampler):
    """Abstract base: -E_q[log p(x|z)] plus the terms of `regularizer`.

    Args:
        further arguments: as `BaseAutoencoder`.
        likelihood: "bernoulli" (gray values as probabilities) or "gaussian".
        scale: standard deviation of a pixel under the Gaussian likelihood, or "learned": one number for all pixels, trained
            with the networks (Rybkin et al. 2021, arXiv:2006.13202).
    """

    regularizer_terms: ClassVar[tuple[str, ...]] = ("kl",)

    likelihood: Literal["bernoulli", "gaussian"] = "bernoulli"
    scale: PositiveFloat | Literal["learned"] = 0.1

    @abc.abstractmethod
    def regularizer(self, mean: Tensor, log_variance: Tensor, z: Tensor, training: bool) -> Values:
        """Gives the scalars of `regularizer_terms`, from (batch, latent_dim) each: nats an image, weighted."""

    @property
    def learns_scale(self) -> bool:
        """Whether the standard deviation of a pixel is trained with the networks."""
        return self.likelihood == "gaussian" and self.scale == "learned"

    @property
    def encoder_heads(self) -> dict[str, int]:
        return {"mean": self.latent_dim, "log_variance": self.latent_dim}

    def build_networks(self) -> None:
        super().build_networks()
        if self.learns_scale:
            images = keras.Input(self.image_shape, name="image")
            self.pixel_scale = keras.Model(images, LearnedScale(dtype="float32", name="scale")(images), name="pixel_scale")

    def make_phases(self) -> tuple[Phase, ...]:
        learned = (self.pixel_scale,) if self.learns_scale else ()
        networks = (self.encoder, self.decoder, *learned)
        return (Phase("vae", networks, self.negative_elbo, ("reconstruction", *self.regularizer_terms)),)

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        return {"vae": keras.optimizers.Adam(1e-3)}

    # ---- loss --------------------------------------------------------------------------------------------------

    def negative_elbo(self, batch: Batch, training: bool) -> Values:
        """-E_q[log p(x|z)] with one sample of z, and the regularizer; nats an image, averaged over the batch.

        Of batches with targets that is -E_q(z|x)[log p(y|z)] (Im et al. 2017, arXiv:1511.06406).
        """
        images, targets = batch[0], batch[-1]
        mean, log_variance = self.encoder(images, training=training)[:2]
        z = self.reparameterize(mean, log_variance)
        reconstruction = ops.mean(self.reconstruction_nll(targets, self.decoder(z, training=training)))
        return {"reconstruction": reconstruction, **self.regularizer(mean, log_variance, z, training)}

    def reparameterize(self, mean: Tensor, log_variance: Tensor) -> Tensor:
        """Samples z = mean + exp(log_variance / 2) * noise, section 2.4 of Kingma and Welling 2014: (batch, latent_dim)."""
        noise = self.normal(ops.shape(mean)[0], self.latent_dim)
        return mean + ops.exp(0.5 * log_variance) * noise

    def reconstruction_nll(self, images: Tensor, output: Tensor) -> Tensor:
        """-log p(images | output): (batch,) nats."""
        if self.likelihood == "bernoulli":
            return bernoulli_nll(images, output)
        return gaussian_nll(images, output, self.pixel_scale(output) if self.learns_scale else self.scale)

    @property
    @keras_defaults()
    def pixel_deviation(self) -> float | None:
        """The standard deviation of a pixel under the Gaussian likelihood, a learned one as it stands; else None."""
        if self.likelihood == "bernoulli":
            return None
        return float(self.pixel_scale(ops.zeros((1, *self.image_shape)))) if self.learns_scale else float(self.scale)

    def kl(self, mean: Tensor, log_variance: Tensor) -> Tensor:
        """KL(q(z|x) || N(0, I)), averaged over the batch: nats an image."""
        return ops.mean(ops.sum(kl_to_standard_normal(mean, log_variance), axis=-1))

    # ---- use ---------------------------------------------------------------------------------------------------

    def encode_distribution(self, x: Array, batch_size: int = 64) -> tuple[np.ndarray, np.ndarray]:
        """Mean and log-variance of q(z|x), each (n, latent_dim) float32, for images in [0, 1] or uint8."""
        mean, log_variance = self.run_encoder(x, batch_size)[:2]
        return mean, log_variance

    @keras_defaults()
    def log_likelihood(self, x: Array, samples: int = 100, seed: int = 0, batch_size: int = 1000) -> np.ndarray:
        """The importance-weighted lower bound of log p(x) in nats: (n,) float64; one sample gives the ELBO.

        Equation 8 of Burda et al. 2016 (arXiv:1509.00519).

        Args:
            x: images (n, height, width, channels) in [0, 1], or uint8.
            samples: k.
            seed: of the z_i.
            batch_size: pairs of image and code at a time.
        """

        def nll(images: np.ndarray, outputs: np.ndarray) -> np.ndarray:
            return ops.convert_to_numpy(self.reconstruction_nll(*map(ops.convert_to_tensor, (images, outputs))))

        return log_likelihood(
            to_float(ops.convert_to_numpy(x)),
            self.encode_distribution,
            lambda z: self.decode(z, batch_size),
            nll,
            samples=samples,
            seed=seed,
            batch_size=batch_size,
        )

"""The variational autoencoder of Kingma and Welling 2014, "Auto-Encoding Variational Bayes" (arXiv:1312.6114)."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from kerasgen.batching import predict
from kerasgen.data.check import check_images
from kerasgen.images import to_float
from kerasgen.latent import LatentDecoder
from kerasgen.losses.divergences import kl_to_standard_normal
from kerasgen.losses.reconstruction import bernoulli_nll, gaussian_nll
from kerasgen.model import GenerativeModel, Phase
from kerasgen.networks.conv import conv_down, conv_up, stages

LIKELIHOODS = ("bernoulli", "gaussian")


@keras.saving.register_keras_serializable("kerasgen")
class VAE(LatentDecoder, GenerativeModel):
    """Convolutional VAE: maximises E_q[log p(x|z)] - beta KL(q(z|x) || N(0, I)), equation 3 for beta = 1.

    Args:
        image_shape: (height, width, channels); square, 28, 32, 64, 128 or another 4..7 times a power of two.
        latent_dim: size of the code.
        channels: convolution channels at the largest resolution, doubled at each halving.
        likelihood: "bernoulli" (grey values as probabilities) or "gaussian" (standard deviation `scale`).
        scale: standard deviation of a pixel under the Gaussian likelihood.
        beta: weight of the KL term.
        kl_warmup: optimiser steps over which the weight of the KL term rises from 0 to `beta` (in training only).
        seed: of the training noise.
    """

    def __init__(self, image_shape, *, latent_dim=64, channels=32, likelihood="bernoulli", scale=0.1, beta=1.0,
                 kl_warmup=0, seed=0, **kwargs):
        super().__init__(**kwargs)
        stages(image_shape)
        if likelihood not in LIKELIHOODS:
            raise ValueError(f"likelihood must be one of {LIKELIHOODS}. Received: {likelihood!r}.")
        if scale <= 0 or beta < 0 or kl_warmup < 0 or latent_dim < 1 or channels < 1:
            raise ValueError("scale, latent_dim and channels must be positive, beta and kl_warmup not negative. Received: "
                             f"{scale=}, {latent_dim=}, {channels=}, {beta=}, {kl_warmup=}.")
        self.image_shape = tuple(image_shape)
        self.latent_dim = latent_dim
        self.channels = channels
        self.likelihood = likelihood
        self.scale = scale
        self.beta = beta
        self.kl_warmup = kl_warmup
        self.seed = seed
        self.assemble()

    def build_networks(self) -> None:
        heads = {"mean": self.latent_dim, "log_variance": self.latent_dim}
        self.encoder = conv_down("encoder", self.image_shape, self.channels, heads)
        self.decoder = conv_up("decoder", self.latent_dim, self.image_shape, self.channels)

    def make_phases(self) -> tuple[Phase, ...]:
        return (Phase("vae", (self.encoder, self.decoder), self.negative_elbo, ("reconstruction", "kl")),)

    def default_optimizers(self) -> dict:
        return {"vae": keras.optimizers.Adam(1e-3)}

    @property
    def decoder_network(self) -> keras.Model:
        return self.decoder

    # ---- loss --------------------------------------------------------------------------------------------------

    def negative_elbo(self, batch, training: bool) -> dict:
        """-E_q[log p(x|z)] with one sample of z, and the weighted KL; nats an image, averaged over the batch."""
        images = batch[0]
        mean, log_variance = self.encoder(images, training=training)
        z = self.reparameterize(mean, log_variance)
        weight = self.kl_weight() if training else self.beta
        return {
            "reconstruction": ops.mean(self.reconstruction_nll(images, self.decoder(z, training=training))),
            "kl": weight * ops.mean(ops.sum(kl_to_standard_normal(mean, log_variance), axis=-1)),
        }

    def reparameterize(self, mean, log_variance):
        """z = mean + exp(log_variance / 2) * noise, section 2.4: (batch, latent_dim)."""
        noise = self.normal(ops.shape(mean)[0], self.latent_dim)
        return mean + ops.exp(0.5 * log_variance) * noise

    def reconstruction_nll(self, images, output):
        """-log p(images | output): (batch,)."""
        if self.likelihood == "bernoulli":
            return bernoulli_nll(images, output)
        return gaussian_nll(images, output, self.scale)

    def kl_weight(self):
        """beta, or its part at this step of the warm-up."""
        if not self.kl_warmup:
            return self.beta
        return self.beta * ops.minimum(1.0, ops.cast(self.optimizer.iterations, "float32") / self.kl_warmup)

    # ---- use ---------------------------------------------------------------------------------------------------

    def call(self, images, training=False):
        """The image of the code's mean: (batch, height, width, channels)."""
        return self.decoder(self.encoder(images, training=training)[0], training=training)

    def encode_distribution(self, x, batch_size: int = 64) -> tuple[np.ndarray, np.ndarray]:
        """Mean and log-variance of q(z|x), each (n, latent_dim) float32, for images in [0, 1] or uint8."""
        x = keras.ops.convert_to_numpy(x)
        check_images(x, self.image_shape)
        return tuple(predict(self.averaged(self.encoder), to_float(x), batch_size))

    def encode(self, x, batch_size: int = 64) -> np.ndarray:
        """The mean of q(z|x): images (n, height, width, channels) in [0, 1] to codes (n, latent_dim)."""
        return self.encode_distribution(x, batch_size)[0]

    def reconstruct(self, x, batch_size: int = 64) -> np.ndarray:
        """`decode(encode(x))`: (n, height, width, channels) float32 in [0, 1]."""
        return self.decode(self.encode(x, batch_size), batch_size)

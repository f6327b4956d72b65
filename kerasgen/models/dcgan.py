"""The deep convolutional GAN of Radford, Metz and Chintala 2016 (arXiv:1511.06434)."""

from __future__ import annotations

import keras
from keras import ops

from kerasgen.latent import LatentSampler
from kerasgen.losses.adversarial import discriminator_loss, non_saturating_loss
from kerasgen.model import GenerativeModel, Phase
from kerasgen.networks.conv import conv_down, conv_up, stages


@keras.saving.register_keras_serializable("kerasgen")
class DCGAN(LatentSampler, GenerativeModel):
    """Strided convolutions with BatchNorm against each other, with the non-saturating loss of Goodfellow et al. 2014.

    Args:
        image_shape: (height, width, channels); square, 28, 32, 64, 128 or another 4..7 times a power of two.
        latent_dim: size of the code, drawn from N(0, I).
        channels: convolution channels at the largest resolution, doubled at each halving.
        discriminator_steps: k of Algorithm 1: steps of the discriminator for one of the generator, each on its own part of
            the batch.
        seed: of the training noise.
    """

    def __init__(self, image_shape, *, latent_dim=100, channels=64, discriminator_steps=1, seed=0, **kwargs):
        super().__init__(**kwargs)
        stages(image_shape)
        if latent_dim < 1 or channels < 1 or discriminator_steps < 1:
            raise ValueError("latent_dim, channels and discriminator_steps must be positive. Received: "
                             f"{latent_dim=}, {channels=}, {discriminator_steps=}.")
        self.image_shape = tuple(image_shape)
        self.latent_dim = latent_dim
        self.channels = channels
        self.discriminator_steps = discriminator_steps
        self.seed = seed
        self.assemble()

    def build_networks(self) -> None:
        # A config, not an instance: an instance gives layers of one shape the same weights.
        normal = {"initializer": {"class_name": "RandomNormal", "config": {"stddev": 0.02}}}
        self.discriminator = conv_down("discriminator", self.image_shape, self.channels, {"logit": 1},
                                       normalise_first=False, **normal)
        self.generator = conv_up("generator", self.latent_dim, self.image_shape, self.channels, **normal)

    def make_phases(self) -> tuple[Phase, ...]:
        return (
            Phase("discriminator", (self.discriminator,), self.discriminator_terms, ("real", "fake"),
                  repeat=self.discriminator_steps),
            Phase("generator", (self.generator,), self.generator_terms, ("generator",)),
        )

    def default_optimizers(self) -> dict:
        return {
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5, use_ema=True, ema_momentum=0.998),
        }

    @property
    def decoder_network(self) -> keras.Model:
        return self.generator

    # ---- losses ------------------------------------------------------------------------------------------------

    def generate(self, batch, training: bool):
        """As many images as the batch has, from fresh codes."""
        return self.generator(self.normal(ops.shape(batch[0])[0], self.latent_dim), training=training)

    def discriminator_terms(self, batch, training: bool) -> dict:
        fake = ops.stop_gradient(self.generate(batch, training))
        real_logits = self.discriminator(batch[0], training=training)  # (batch, 1)
        fake_logits = self.discriminator(fake, training=training)  # a batch of its own for BatchNorm, as in the paper
        real, fake = discriminator_loss(real_logits, fake_logits)
        return {"real": real, "fake": fake}

    def generator_terms(self, batch, training: bool) -> dict:
        logits = self.discriminator(self.generate(batch, training), training=training)
        return {"generator": non_saturating_loss(logits)}

    def call(self, z, training=False):
        """Codes (batch, latent_dim) to images (batch, height, width, channels)."""
        return self.generator(z, training=training)

"""The spectrally normalized GAN of Miyato et al. 2018 (arXiv:1802.05957)."""

from __future__ import annotations

import keras

from kerasgen.base.hyperparameters import Positive
from kerasgen.layers.spectral_normalization import SpectralNormalization
from kerasgen.models.conv_gan_base import BaseConvGAN
from kerasgen.networks.adversarial import discriminator, generator
from kerasgen.networks.resnet import resnet_features, resnet_images


@keras.saving.register_keras_serializable("kerasgen")
class SNGAN(BaseConvGAN):
    """Residual networks with the hinge loss; every layer of the discriminator has a spectral norm of 1.

    Takes the arguments of `BaseConvGAN`.
    """

    objective: str = "hinge"
    discriminator_steps: Positive = 5

    def build_networks(self) -> None:
        self.discriminator = discriminator(
            self.image_shape,
            lambda x: resnet_features(x, self.halvings, self.channels, wrap=SpectralNormalization, pool="sum"),
            wrap=SpectralNormalization,
        )
        self.generator = generator(self.latent_dim, lambda z: resnet_images(z, self.image_shape, self.channels, normalize=True))

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        return {
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.9),
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.9, use_ema=True, ema_momentum=0.998),
        }

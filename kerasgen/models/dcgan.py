"""The deep convolutional GAN of Radford, Metz and Chintala 2016 (arXiv:1511.06434)."""

from __future__ import annotations

import keras

from kerasgen.models.conv_gan_base import BaseConvGAN
from kerasgen.networks.dcgan import dcgan_networks


@keras.saving.register_keras_serializable("kerasgen")
class DCGAN(BaseConvGAN):
    """Strided convolutions with BatchNorm against each other, with the non-saturating loss of Goodfellow et al. 2014.

    Takes the arguments of `BaseConvGAN`.
    """

    def build_networks(self) -> None:
        self.discriminator, self.generator = dcgan_networks(self.image_shape, self.latent_dim, self.channels)

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        return {
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5, use_ema=True, ema_momentum=0.998),
        }

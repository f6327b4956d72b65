"""The least squares GAN of Mao et al. 2017 (arXiv:1611.04076)."""

from __future__ import annotations

import keras

from kerasgen.models.conv_gan_base import BaseConvGAN
from kerasgen.networks.dcgan import dcgan_networks


@keras.saving.register_keras_serializable("kerasgen")
class LSGAN(BaseConvGAN):
    """Strided convolutions with BatchNorm; logits are drawn to 1 for real images and 0 for fake ones, equation 9.

    Takes the arguments of `BaseConvGAN`.
    """

    objective: str = "least_squares"

    def build_networks(self) -> None:
        self.discriminator, self.generator = dcgan_networks(self.image_shape, self.latent_dim, self.channels)

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        return {
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5, use_ema=True, ema_momentum=0.998),
        }

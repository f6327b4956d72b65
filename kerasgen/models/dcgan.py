"""The deep convolutional GAN of Radford, Metz and Chintala 2016 (arXiv:1511.06434)."""

from __future__ import annotations

import keras

from kerasgen.models.conv_gan_base import BaseConvGAN
from kerasgen.networks.adversarial import discriminator, generator
from kerasgen.networks.conv import conv_features, conv_images

# A config, not an instance: an instance gives layers of one shape the same weights.
NORMAL = {"class_name": "RandomNormal", "config": {"stddev": 0.02}}


@keras.saving.register_keras_serializable("kerasgen")
class DCGAN(BaseConvGAN):
    """Strided convolutions with BatchNorm against each other, with the non-saturating loss of Goodfellow et al. 2014.

    Args:
        image_shape, **kwargs: as `BaseConvGAN`.
    """

    def __init__(self, image_shape, **kwargs):
        super().__init__(image_shape, **kwargs)
        self.assemble()

    def build_networks(self) -> None:
        self.discriminator = discriminator(
            self.image_shape,
            lambda x: conv_features(x, self.halvings, self.channels, normalize_first=False, initializer=NORMAL),
            initializer=NORMAL,
        )
        self.generator = generator(
            self.latent_dim, lambda z: conv_images(z, self.image_shape, self.channels, initializer=NORMAL)
        )

    def default_optimizers(self) -> dict:
        return {
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5),
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5, use_ema=True, ema_momentum=0.998),
        }

"""The Wasserstein GAN with gradient penalty of Gulrajani et al. 2017 (arXiv:1704.00028)."""

from __future__ import annotations

import keras

from kerasgen.models.conv_gan_base import BaseConvGAN
from kerasgen.networks.adversarial import discriminator, generator
from kerasgen.networks.conv import conv_features, conv_images


@keras.saving.register_keras_serializable("kerasgen")
class WGANGP(BaseConvGAN):
    """Strided convolutions; a critic without BatchNorm, five steps for one of the generator, its gradients' norm drawn to 1.

    Args:
        image_shape, **kwargs: as `BaseConvGAN`.
    """

    def __init__(self, image_shape, *, objective="wasserstein", penalties=None, discriminator_steps=5, **kwargs):
        super().__init__(
            image_shape,
            objective=objective,
            discriminator_steps=discriminator_steps,
            penalties={"gradient_penalty": 10.0} if penalties is None else penalties,
            **kwargs,
        )
        self.assemble()

    def build_networks(self) -> None:
        self.discriminator = discriminator(
            self.image_shape, lambda x: conv_features(x, self.halvings, self.channels, normalize=False)
        )
        self.generator = generator(self.latent_dim, lambda z: conv_images(z, self.image_shape, self.channels))

    def default_optimizers(self) -> dict:
        return {
            "discriminator": keras.optimizers.Adam(1e-4, beta_1=0.5, beta_2=0.9),
            "generator": keras.optimizers.Adam(1e-4, beta_1=0.5, beta_2=0.9, use_ema=True, ema_momentum=0.998),
        }

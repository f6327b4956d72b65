"""The Wasserstein GAN with gradient penalty of Gulrajani et al. 2017 (arXiv:1704.00028)."""

from __future__ import annotations

import keras

from kerasgen.base.hyperparameters import NotNegative, Positive
from kerasgen.models.conv_gan_base import BaseConvGAN
from kerasgen.networks.adversarial import discriminator, generator
from kerasgen.networks.conv import conv_features, conv_images


@keras.saving.register_keras_serializable("kerasgen")
class WGANGP(BaseConvGAN):
    """Strided convolutions; a critic without BatchNorm, five steps for one of the generator, its gradients' norm drawn to 1.

    Takes the arguments of `BaseConvGAN`.
    """

    objective: str = "wasserstein"
    penalties: dict[str, NotNegative] = {"gradient_penalty": 10.0}
    discriminator_steps: Positive = 5

    def build_networks(self) -> None:
        self.discriminator = discriminator(
            self.image_shape, lambda x: conv_features(x, self.halvings, self.channels, normalize=False)
        )
        self.generator = generator(self.latent_dim, lambda z: conv_images(z, self.image_shape, self.channels))

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        return {
            "discriminator": keras.optimizers.Adam(1e-4, beta_1=0.5, beta_2=0.9),
            "generator": keras.optimizers.Adam(1e-4, beta_1=0.5, beta_2=0.9, use_ema=True, ema_momentum=0.998),
        }

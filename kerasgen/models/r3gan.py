"""A modern baseline after R3GAN (Huang et al. 2024, "The GAN is dead; long live the GAN!", arXiv:2501.05441)."""

from __future__ import annotations

import keras

from kerasgen.base.hyperparameters import NotNegative
from kerasgen.models.conv_gan_base import BaseConvGAN
from kerasgen.networks.adversarial import discriminator, generator
from kerasgen.networks.resnet import resnet_features, resnet_images


@keras.saving.register_keras_serializable("kerasgen")
class R3GAN(BaseConvGAN):
    """Plain residual networks without any norm, the relativistic loss, and the penalties R1 and R2 together.

    The paper's networks have grouped convolutions of inverted bottlenecks, which CPUs are slow at; these have 3 x 3 ones.
    The paper's gamma / 2 on images in [-1, 1] is a weight of gamma / 4 here.

    Takes the arguments of `BaseConvGAN`.
    """

    objective: str = "relativistic"
    penalties: dict[str, NotNegative] = {"r1": 0.25, "r2": 0.25}

    def build_networks(self) -> None:
        self.discriminator = discriminator(self.image_shape, lambda x: resnet_features(x, self.halvings, self.channels))
        self.generator = generator(
            self.latent_dim, lambda z: resnet_images(z, self.image_shape, self.channels, normalize=False)
        )

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        return {
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.99),
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.0, beta_2=0.99, use_ema=True, ema_momentum=0.999),
        }

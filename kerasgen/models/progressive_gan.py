"""Progressive growing of GANs, of Karras et al. 2018 (arXiv:1710.10196)."""

from __future__ import annotations

import keras

from kerasgen.base.hyperparameters import NotNegative, Positive
from kerasgen.models.progressive_base import BaseProgressiveGAN
from kerasgen.networks.progressive import growing_discriminator, growing_generator


@keras.saving.register_keras_serializable("kerasgen")
class ProgressiveGAN(BaseProgressiveGAN):
    """Pixel norm, equalized learning rates, the deviation within a batch, WGAN-GP with drift: the paper's networks and loss.

    Args:
        further arguments: as `BaseProgressiveGAN`; the paper's have 16 channels at 1024 x 1024.
    """

    latent_dim: Positive = 512
    objective: str = "wasserstein"
    penalties: dict[str, NotNegative] = {"gradient_penalty": 10.0, "drift": 0.001}

    trains_in_bfloat16 = True  # progressive_gan_portraits

    def build_networks(self) -> None:
        sizes = self.image_shape, self.channels, self.max_channels, self.first_stage
        self.generator = growing_generator(self.latent_dim, *sizes)
        self.discriminator = growing_discriminator(*sizes)

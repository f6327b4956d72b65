"""Generative adversarial networks that halve and double the resolution: all but the first."""

from __future__ import annotations

from kerasgen.base.hyperparameters import Positive
from kerasgen.models.gan_base import BaseGAN
from kerasgen.networks.conv import stages


class BaseConvGAN(BaseGAN):
    """Abstract base of GANs with convolutions.

    Args:
        image_shape: (height, width, channels); the shorter side 28, 32, 48, 64, 128 or another 4..7 times a power of two, the
            longer a multiple of that power: 48 x 64 pixels are halved to 6 x 8.
        channels: convolution channels at the largest resolution, doubled at each halving.
        further arguments: as `BaseGAN`.
    """

    channels: Positive = 64

    @property
    def halvings(self) -> int:
        return stages(self.image_shape)

    def check(self) -> None:
        super().check()
        stages(self.image_shape)

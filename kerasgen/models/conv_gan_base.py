"""Generative adversarial networks that halve and double the resolution: all but the first."""

from __future__ import annotations

from kerasgen.models.gan_base import BaseGAN
from kerasgen.networks.conv import stages


class BaseConvGAN(BaseGAN):
    """Abstract base of GANs with convolutions.

    Args:
        image_shape: (height, width, channels); square, 28, 32, 64, 128 or another 4..7 times a power of two.
        channels: convolution channels at the largest resolution, doubled at each halving.
        **kwargs: as `BaseGAN`.
    """

    def __init__(self, image_shape, *, channels=64, **kwargs):
        super().__init__(image_shape, **kwargs)
        self.halvings = stages(image_shape)
        if channels < 1:
            raise ValueError(f"channels must be positive. Received: {channels=}.")
        self.channels = channels

"""FastGAN, for few images and little time (Liu et al. 2021, arXiv:2101.04775)."""

from __future__ import annotations

import dataclasses

import keras
from keras import ops

from kerasgen.backend import AveragePooling2D
from kerasgen.backend.typing import Batch, Tensor, Values
from kerasgen.base.hyperparameters import NotNegative, Positive, built
from kerasgen.base.phase import Phase
from kerasgen.losses.crop import crop
from kerasgen.losses.reconstruction import absolute_error
from kerasgen.models.conv_gan_base import BaseConvGAN
from kerasgen.networks.adversarial import generator
from kerasgen.networks.fast import fast_decoders, fast_discriminator, fast_images


@keras.saving.register_keras_serializable("kerasgen")
class FastGAN(BaseConvGAN):
    """A generator whose small maps excite its large ones, and a discriminator that must know what it has seen.

    A map of 16 times the side is multiplied, a channel at a time, by numbers made of the smaller one (section 3.1): the paper's
    8 to 128 and 16 to 256 pixels, and by the same rule 4 to 64. Images under 64 pixels have one such pair, of the first map and
    the last. What the discriminator makes of a real image, maps of 16 and 8 pixels, is decoded again (section 3.2): the smaller
    one to the whole image, of the larger one a random window of a quarter of its area to that window of the image. Both are
    compared by their mean absolute difference, where the paper has a perceptual one, by a network trained on other images.

    Args:
        further arguments: as `BaseConvGAN`; images have 16 pixels a side or more.
        max_channels: of both networks, at most.
        reconstruction_weight: of these differences of images in [0, 1]; 0 for a discriminator without decoders.
    """

    latent_dim: Positive = 256
    channels: Positive = 32
    max_channels: Positive = 512
    objective: str = "hinge"
    augmentations: tuple[str, ...] = ("color", "translation")
    reconstruction_weight: NotNegative = 10.0

    decoders: keras.Model | None = built()

    def check(self) -> None:
        super().check()
        if self.halvings < 2:
            raise ValueError(
                f"FastGAN takes images that halve twice or more, of 16 pixels on. Received: image_shape={self.image_shape}."
            )

    @property
    def discriminator_blocks(self) -> int:
        return self.halvings - 1

    def build_networks(self) -> None:
        sizes = self.image_shape, self.channels, self.max_channels
        self.discriminator = fast_discriminator(*sizes)
        self.decoders = fast_decoders(self.discriminator, *sizes) if self.reconstruction_weight else None
        self.generator = generator(self.latent_dim, lambda z: fast_images(z, *sizes))

    def make_phases(self) -> tuple[Phase, ...]:
        discriminator, generator = super().make_phases()
        if self.decoders is None:
            return discriminator, generator
        networks, terms = (*discriminator.networks, self.decoders), (*discriminator.terms, "reconstruction")
        return dataclasses.replace(discriminator, networks=networks, terms=terms), generator

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        return {
            "discriminator": keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.999),
            "generator": keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.999, use_ema=True, ema_momentum=0.999),
        }

    def discriminate(self, images: Tensor, batch: Batch, training: bool) -> Tensor:
        return self.discriminator(images, training=training)[0]

    def judge_real(self, images: Tensor, batch: Batch, training: bool) -> tuple[Tensor, Values]:
        logits, larger, smaller = self.discriminator(images, training=training)
        if self.decoders is None:
            return logits, {}
        (height, width), scale = smaller.shape[1:3], images.shape[1] // larger.shape[1]
        draws = self.uniform(ops.shape(images)[0], 2)
        top, left = ops.floor(draws[:, 0] * (height + 1)), ops.floor(draws[:, 1] * (width + 1))
        window, whole = self.decoders([crop(larger, top, left, height, width), smaller], training=training)
        part = crop(images, scale * top, scale * left, scale * height, scale * width)
        error = absolute_error(window, _shrunk(part, window)) + absolute_error(whole, _shrunk(images, whole))
        return logits, {"reconstruction": self.reconstruction_weight * error}


def _shrunk(images: Tensor, others: Tensor) -> Tensor:
    """Averages pixels until the images have the sides of others."""
    times = images.shape[1] // others.shape[1]
    return images if times == 1 else AveragePooling2D(times, dtype="float32")(images)

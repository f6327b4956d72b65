"""The second style-based generator, of Karras et al. 2020 (arXiv:1912.04958)."""

from __future__ import annotations

import keras
from keras import ops

from kerasgen.backend.typing import Batch, Tensor
from kerasgen.base.hyperparameters import Count, NotNegative, Positive
from kerasgen.models.style_base import BaseStyleGAN
from kerasgen.networks.progressive import growth_stages
from kerasgen.networks.skip_style import residual_discriminator, skip_generator


@keras.saving.register_keras_serializable("kerasgen")
class StyleGAN2(BaseStyleGAN):
    """Styles scale the kernels of convolutions, which are demodulated; nothing grows.

    Each resolution adds its own image to the enlarged one of the resolution before; the discriminator has residual blocks. The
    penalties R1 and on path lengths come at some steps for all (appendix B): in the same step as the loss, where the authors
    take a step of their own, so that Adam's rates need no correction.

    The paper's configuration F has 32 channels at 1024 x 1024, E half of them. Its gamma / 2 = 5 on images in [-1, 1] is an R1
    weight of 2.5 here; Karras et al. 2020 (arXiv:2006.06676, table 7 and appendix C) scale gamma with the pixels: at 128 x 128
    and 32 images 0.1, a weight of 0.026.

    Args:
        further arguments: as `BaseStyleGAN`; the paper's `path_length_weight` is 4 / (log2 side - 1).
        num_classes: labels are whole numbers from 0 below it, for the mapping and, by projection, the discriminator; 0 if there
            are none.
        channels: of the largest resolution, doubled at each halving.
        max_channels: at most.
        path_length_interval: steps of the generator from one penalty on path lengths to the next, which counts as often; half a
            batch of codes is enough for it.
    """

    stages_from_image = False
    path_length_shrink = 2

    num_classes: Count = 0
    channels: Positive = 32
    max_channels: Positive = 512
    penalties: dict[str, NotNegative] = {"r1": 2.5}
    penalty_interval: Positive = 16
    path_length_weight: NotNegative = 0.5
    path_length_interval: Positive = 8

    @property
    def halvings(self) -> int:
        return growth_stages(self.image_shape) - 1

    def check(self) -> None:
        super().check()
        if self.num_classes == 1:
            raise ValueError("num_classes must be 2 or more, or 0 for images without labels. Received: 1.")

    def assemble(self) -> None:
        self.requires_labels = self.num_classes > 0
        super().assemble()

    def build_networks(self) -> None:
        sizes = self.image_shape, self.channels, self.max_channels, self.num_classes
        layers, rate = self.mapping_layers, self.mapping_lr_multiplier
        self.generator = skip_generator(self.latent_dim, self.style_dim, layers, rate, *sizes, blur=self.blur)
        self.discriminator = residual_discriminator(*sizes, mapping_layers=layers, rate=rate, blur=self.blur)

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        return {
            "discriminator": keras.optimizers.Adam(2e-3, beta_1=0.0, beta_2=0.99, epsilon=1e-8),
            "generator": keras.optimizers.Adam(2e-3, beta_1=0.0, beta_2=0.99, epsilon=1e-8, use_ema=True, ema_momentum=0.998),
        }

    def lazy_interval(self, phase: int) -> int:
        return (self.penalty_interval, self.path_length_interval)[phase]

    def generate(self, batch: Batch, training: bool) -> Tensor:
        if not (training and self.style_mixing_prob):
            return self.shown_images(super().generate(batch, training))[-1]
        codes = self.normal(ops.shape(batch[0])[0], self.latent_dim)
        labels = batch[1:] if self.requires_labels else ()
        styles = self.mixed_styles(self.generator, codes, labels, self.style_layers)
        return self.shown_images(self.synthesis_of(self.generator)(styles, training=True))[-1]

    def styled_images(self, styles: Tensor) -> Tensor:
        return self.shown_images(self.synthesis_of(self.generator)(styles, training=False))[-1]

"""The style-based generator, of Karras et al. 2018 (arXiv:1812.04948)."""

from __future__ import annotations

import keras
from keras import ops

from kerasgen.backend.typing import Tensor
from kerasgen.base.hyperparameters import Count, NotNegative, Positive
from kerasgen.models.progressive_base import BaseProgressiveGAN
from kerasgen.models.style_base import BaseStyleGAN
from kerasgen.networks.progressive import growing_discriminator
from kerasgen.networks.style import style_generator


@keras.saving.register_keras_serializable("kerasgen")
class StyleGAN(BaseStyleGAN, BaseProgressiveGAN):
    """Codes are mapped to w, which sets the style of every layer; noise adds what no style tells.

    Two layers a resolution take a style each, from coarse to fine. In training some images take the styles of two codes, one up
    to a layer and one from there on (section 3.1). The paper's gamma / 2 = 5 on images in [-1, 1] is an R1 weight of 2.5 here.

    Args:
        further arguments: as `BaseStyleGAN` and `BaseProgressiveGAN`; the paper's have 16 channels at 1024 x 1024. The penalty
            on path lengths, every `penalty_interval` steps, is none of this paper. Its successor's weight is
            4 ln 2 / (ln side - ln 2).
        path_length_start: images shown before that penalty begins (Sauer et al. 2022, arXiv:2202.00273: 200,000).
    """

    path_length_start: Count = 0
    start_size: Positive = 8
    penalties: dict[str, NotNegative] = {"r1": 2.5}

    trains_in_bfloat16 = True  # stylegan_portraits

    def build_networks(self) -> None:
        sizes = self.image_shape, self.channels, self.max_channels, self.first_stage
        self.generator = style_generator(
            self.latent_dim, self.style_dim, self.mapping_layers, self.mapping_lr_multiplier, *sizes, blur=self.blur
        )
        self.discriminator = growing_discriminator(*sizes, blur=self.blur)

    def images_of_stage(self, generator: keras.Model, stage: int, codes: Tensor, training: bool) -> list[Tensor]:
        if not (training and self.style_mixing_prob):
            return super().images_of_stage(generator, stage, codes, training)
        styles = self.mixed_styles(generator, codes, (), 2 * (stage + 1))
        return self.shown_images(self.network_of_stage(self.synthesis_of(generator), stage)(styles, training=True))

    def path_weight(self, training: bool) -> float | Tensor:
        if not training:
            return self.path_length_weight
        return self.path_length_weight * ops.cast(self.progress.count >= self.path_length_start, "float32")

    @property
    def training_size(self) -> tuple[int, int]:
        return self.size_of_stage(self.stage)

    def styled_images(self, styles: Tensor) -> Tensor:
        part = self.network_of_stage(self.synthesis_of(self.generator), self.stage)
        return self.faded(self.shown_images(part(styles, training=False)), self.grown())

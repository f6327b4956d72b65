"""The style-based generator, of Karras et al. 2018 (arXiv:1812.04948)."""

from __future__ import annotations

import dataclasses

import keras
import numpy as np
from keras import ops

from kerasgen.backend.typing import Array, Batch, Labels, Tensor, Values
from kerasgen.base.hyperparameters import Count, NotNegative, Positive, PositiveFloat, Probability
from kerasgen.base.phase import Phase
from kerasgen.base.prediction import predict
from kerasgen.latent.codes import check_codes, check_labels, sample_codes
from kerasgen.latent.styles import check_styles, check_truncation
from kerasgen.layers.noise_injection import other_noise
from kerasgen.losses.path_length import path_length_penalty
from kerasgen.models.progressive_base import BaseProgressiveGAN
from kerasgen.networks.progressive import FIRST, growing_discriminator
from kerasgen.networks.style import mapping, style_generator, synthesis


@keras.saving.register_keras_serializable("kerasgen")
class StyleGAN(BaseProgressiveGAN):
    """Codes are mapped to w, which sets the style of every layer; noise adds what no style tells.

    Two layers a resolution take a style each, from coarse to fine. In training some images take the styles of two codes, one up
    to a layer and one from there on (section 3.1). The paper's gamma / 2 = 5 on images in [-1, 1] is an R1 weight of 2.5 here.

    Args:
        further arguments: as `BaseProgressiveGAN`; the paper's have 16 channels at 1024 x 1024.
        style_dim: numbers of w.
        mapping_layers: dense layers from z to w.
        mapping_lr_multiplier: learning rate of these layers, against that of the others.
        style_mixing_prob: share of the images in training that have two codes.
        blur: smooths after each doubling and before each halving, as in the paper; few pixels lose too much by it.
        path_length_weight: weight of the penalty on uneven path lengths of images in [0, 1] (`kerasgen.losses.path_length`),
            every `penalty_interval` steps; 0 for none, as in this paper. Its successor's is 4 ln 2 / (ln side - ln 2).
        path_length_start: images shown before that penalty begins (Sauer et al. 2022, arXiv:2202.00273: 200,000).
    """

    latent_dim: Positive = 512
    style_dim: Positive = 512
    mapping_layers: Positive = 8
    mapping_lr_multiplier: PositiveFloat = 0.01
    style_mixing_prob: Probability = 0.9
    blur: bool = True
    path_length_weight: NotNegative = 0.0
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

    # ---- training ----------------------------------------------------------------------------------------------

    def make_phases(self) -> tuple[Phase, ...]:
        discriminator, generator = super().make_phases()
        terms = (*generator.terms, "path_length") if self.path_length_weight else generator.terms
        return discriminator, dataclasses.replace(generator, terms=terms)

    def images_of_stage(self, generator: keras.Model, stage: int, codes: Tensor, training: bool) -> list[Tensor]:
        if not (training and self.style_mixing_prob):
            return super().images_of_stage(generator, stage, codes, training)
        n, used = ops.shape(codes)[0], 2 * (stage + 1)
        first, second = (self.mapping_of(generator)(z, training=True) for z in (codes, self.normal(n, self.latent_dim)))
        draws = self.uniform(n, 2)
        # From layer 1 to the last one, or beyond it.
        border = ops.where(draws[:, :1] < self.style_mixing_prob, 1.0 + ops.floor(draws[:, 1:] * (used - 1)), float(used))
        mine = ops.expand_dims(ops.arange(self.style_layers, dtype="float32")[None] < border, -1)  # (n, layers, 1)
        part = self.network_of_stage(self.synthesis_of(generator), stage)
        return self.shown_images(part(ops.where(mine, first, second), training=True))

    def generator_terms(self, batch: Batch, training: bool) -> Values:
        terms = super().generator_terms(batch, training)
        return {**terms, **self.path_terms(batch, training)} if self.path_length_weight else terms

    def path_terms(self, batch: Batch, training: bool) -> Values:
        """The weighted penalty on path lengths, of codes of its own without mixing; at the steps between, zero."""
        n, side = ops.shape(batch[0])[0], FIRST * 2**self.stage
        codes, noise = self.normal(n, self.latent_dim), self.normal(n, side, side, self.image_shape[2])
        part = self.network_of_stage(self.synthesis_of(self.generator), self.stage)

        weight = self.path_length_weight
        if training:
            weight *= ops.cast(self.progress.count >= self.path_length_start, "float32")

        def generate(w: Tensor) -> Tensor:
            styles = ops.repeat(w[:, None], self.style_layers, axis=1)
            return self.faded(self.shown_images(part(styles, training=False)), self.grown())

        def penalize(factor: float) -> Values:
            # As in use: the average of w and the drawn noise, which training moves, would not leave the function.
            w = self.mapping_of(self.generator)(codes, training=False)[:, 0]
            return {"path_length": factor * weight * path_length_penalty(generate, w, noise)}

        return self.lazily(1, penalize, training)

    def mapping_of(self, generator: keras.Model, truncated: bool = False) -> keras.Model:
        """The mapping in a generator, this one or its average; see `kerasgen.networks.style.mapping`."""
        return self.part(generator, ("mapping", truncated), lambda: mapping(generator, truncated))

    def synthesis_of(self, generator: keras.Model) -> keras.Model:
        """The synthesis in a generator, this one or its average."""
        return self.part(generator, "synthesis", lambda: synthesis(generator))

    # ---- use ---------------------------------------------------------------------------------------------------

    @property
    def style_layers(self) -> int:
        """Number of layers that take a style: two a resolution, from coarse to fine."""
        return 2 * (self.last_stage + 1)

    def sample(
        self, n: int, seed: int | None = None, batch_size: int = 64, *, labels: Labels = None, truncation: float = 1.0
    ) -> np.ndarray:
        """Draws `n` images: `decode` of codes from N(0, I). The same seed gives the same images on every backend.

        Returns:
            (n, height, width, channels) float32 in [0, 1]. Raises ValueError as `decode`.
        """
        return self.decode(sample_codes(n, self.latent_dim, seed), batch_size, labels=labels, truncation=truncation)

    def decode(self, z: Array, batch_size: int = 64, *, labels: Labels = None, truncation: float = 1.0) -> np.ndarray:
        """Maps codes (n, latent_dim) to images.

        `truncation` in [-1, 2] draws w towards its average (appendix B): 1 leaves it, 0 gives the average face; less than 1 is
        less varied and mostly of higher quality.

        Returns:
            (n, height, width, channels) float32 in [0, 1]. Raises ValueError for codes of another size, labels, and another
            truncation.
        """
        check_labels(labels, len(z), self.num_classes)
        return self.synthesize(self.styles(z, truncation, batch_size), batch_size)

    def styles(self, z: Array, truncation: float = 1.0, batch_size: int = 64) -> np.ndarray:
        """Maps codes (n, latent_dim) to styles (n, style_layers, style_dim) float32; raises ValueError as `decode`."""
        check_codes(z, self.latent_dim)
        check_truncation(truncation)
        network = self.mapping_of(self.ema_network(self.generator), truncated=True)
        return predict(network, [z, np.full((len(z), 1), truncation, "float32")], batch_size)

    def synthesize(self, styles: np.ndarray, batch_size: int = 64, *, noise: int | None = None) -> np.ndarray:
        """Maps styles (n, style_layers, style_dim) to images (n, height, width, channels) float32 in [0, 1].

        `noise` is the seed of other maps of noise than the generator's own. Raises ValueError for styles of another shape.
        """
        check_styles(styles, self.style_layers, self.style_dim)
        network = self.synthesis_of(self.ema_network(self.generator))
        with other_noise(network, noise):
            return self.run_decoder(network, styles, batch_size)

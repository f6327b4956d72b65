"""What style-based generators share: a mapping from codes to w, and a synthesis by the styles of its layers."""

from __future__ import annotations

import abc
import dataclasses
from typing import ClassVar

import keras
import numpy as np
from keras import ops

from kerasgen.backend.typing import Array, Batch, Labels, Tensor, Values
from kerasgen.base.hyperparameters import NotNegative, Positive, PositiveFloat, Probability
from kerasgen.base.phase import Phase
from kerasgen.base.prediction import predict
from kerasgen.latent.codes import check_codes, check_labels, sample_codes
from kerasgen.latent.styles import check_styles, check_truncation
from kerasgen.layers.noise_injection import other_noise
from kerasgen.losses.path_length import path_length_penalty
from kerasgen.models.signed_images import BaseSignedGAN
from kerasgen.networks.style import mapping, synthesis


class BaseStyleGAN(BaseSignedGAN):
    """Abstract base: codes are mapped to w, which sets the style of every layer; noise adds what no style tells.

    In training some images take the styles of two codes, one up to a layer and one from there on (Karras et al. 2018,
    arXiv:1812.04948, section 3.1).

    Args:
        further arguments: as `BaseGAN`.
        style_dim: numbers of w.
        mapping_layers: dense layers from z to w.
        mapping_lr_multiplier: learning rate of these layers, against that of the others.
        style_mixing_prob: share of the images in training that have two codes.
        blur: smooths where the resolution doubles and halves, as in the papers; few pixels lose too much by it.
        path_length_weight: weight of the penalty on uneven path lengths of images in [0, 1]
            (`kerasgen.losses.path_length`), at some steps for all (`lazy_interval`); 0 for none.
    """

    path_length_shrink: ClassVar[int] = 1  # batches of that penalty are smaller by this factor

    latent_dim: Positive = 512
    style_dim: Positive = 512
    mapping_layers: Positive = 8
    mapping_lr_multiplier: PositiveFloat = 0.01
    style_mixing_prob: Probability = 0.9
    blur: bool = True
    path_length_weight: NotNegative = 0.0

    # ---- training ----------------------------------------------------------------------------------------------

    def make_phases(self) -> tuple[Phase, ...]:
        discriminator, generator = super().make_phases()
        terms = (*generator.terms, "path_length") if self.path_length_weight else generator.terms
        return discriminator, dataclasses.replace(generator, terms=terms)

    def mixed_styles(self, generator: keras.Model, codes: Tensor, labels: Batch, used: int) -> Tensor:
        """Styles of training (batch, style_layers, style_dim), some of two codes within the first `used` layers."""
        n = ops.shape(codes)[0]
        first, second = (
            self.mapping_of(generator)([z, *labels] if labels else z, training=True)
            for z in (codes, self.normal(n, self.latent_dim))
        )
        draws = self.uniform(n, 2)
        # From layer 1 to the last one, or beyond it.
        border = ops.where(draws[:, :1] < self.style_mixing_prob, 1.0 + ops.floor(draws[:, 1:] * (used - 1)), float(used))
        mine = ops.expand_dims(ops.arange(self.style_layers, dtype="float32")[None] < border, -1)  # (n, layers, 1)
        return ops.where(mine, first, second)

    def generator_terms(self, batch: Batch, training: bool) -> Values:
        terms = super().generator_terms(batch, training)
        return {**terms, **self.path_terms(batch, training)} if self.path_length_weight else terms

    def path_terms(self, batch: Batch, training: bool) -> Values:
        """The weighted penalty on path lengths, of codes of its own without mixing; at the steps between, zero."""
        n = (ops.shape(batch[0])[0] + self.path_length_shrink - 1) // self.path_length_shrink
        codes, noise = self.normal(n, self.latent_dim), self.normal(n, *self.training_size, self.image_shape[2])
        labels = [batch[1][:n]] if self.requires_labels else []
        weight = self.path_weight(training)

        def generate(w: Tensor) -> Tensor:
            return self.styled_images(ops.repeat(w[:, None], self.style_layers, axis=1))

        def penalize(factor: float) -> Values:
            # As in use: the average of w and the drawn noise, which training moves, would not leave the function.
            w = self.mapping_of(self.generator)([codes, *labels] if labels else codes, training=False)[:, 0]
            return {"path_length": factor * weight * path_length_penalty(generate, w, noise)}

        return self.lazily(1, ("path_length",), penalize, training)

    def path_weight(self, training: bool) -> float | Tensor:
        """The weight of the penalty on path lengths at this step; a hook."""
        return self.path_length_weight

    @property
    def training_size(self) -> tuple[int, int]:
        """(height, width) of the images that training generates at this step; a hook."""
        height, width, _ = self.image_shape
        return height, width

    @abc.abstractmethod
    def styled_images(self, styles: Tensor) -> Tensor:
        """Images of that size in [0, 1], of styles (batch, style_layers, style_dim), as in use."""

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
        return 2 * (self.halvings + 1)

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

        `truncation` in [-1, 2] draws w towards its average (Karras et al. 2018, appendix B): 1 leaves it, 0 gives the average
        face; less than 1 is less varied and mostly of higher quality.

        Returns:
            (n, height, width, channels) float32 in [0, 1]. Raises ValueError for codes of another size, another truncation, and
            labels that are missing, wrong or not wanted.
        """
        return self.synthesize(self.styles(z, truncation, batch_size, labels=labels), batch_size)

    def styles(self, z: Array, truncation: float = 1.0, batch_size: int = 64, *, labels: Labels = None) -> np.ndarray:
        """Maps codes (n, latent_dim) to styles (n, style_layers, style_dim) float32; raises ValueError as `decode`."""
        check_codes(z, self.latent_dim)
        check_truncation(truncation)
        wanted = check_labels(labels, len(z), self.num_classes)
        network = self.mapping_of(self.ema_network(self.generator), truncated=True)
        inputs = [z, np.full((len(z), 1), truncation, "float32"), *([] if wanted is None else [wanted])]
        return predict(network, inputs, batch_size)

    def synthesize(self, styles: np.ndarray, batch_size: int = 64, *, noise: int | None = None) -> np.ndarray:
        """Maps styles (n, style_layers, style_dim) to images (n, height, width, channels) float32 in [0, 1].

        `noise` is the seed of other maps of noise than the generator's own. Raises ValueError for styles of another shape.
        """
        check_styles(styles, self.style_layers, self.style_dim)
        network = self.synthesis_of(self.ema_network(self.generator))
        with other_noise(network, noise):
            return self.run_decoder(network, styles, batch_size)

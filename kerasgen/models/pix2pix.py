"""pix2pix: image to image with pairs, of Isola et al. 2017 (arXiv:1611.07004)."""

from __future__ import annotations

from typing import Literal

import keras

from kerasgen.backend.typing import Batch, Tensor, Values
from kerasgen.base.hyperparameters import NotNegative, Positive, Share
from kerasgen.base.phase import Phase
from kerasgen.losses.adversarial import LOSSES, check_objective, pairwise_accuracy
from kerasgen.losses.reconstruction import absolute_error
from kerasgen.models.translation_base import BaseTranslator
from kerasgen.networks.patch import patch_discriminator, receptive_field
from kerasgen.networks.unet import halvings, unet


@keras.saving.register_keras_serializable("kerasgen")
class Pix2Pix(BaseTranslator):
    """A U-Net against a PatchGAN that sees source and target together: G* = arg min max L_cGAN + lambda L_L1 (equation 4).

    The paper's noise is the generator's dropout, here in training alone: `translate` gives one target a source.
    One pass of the generator serves both steps: its own comes first, then the discriminator's, on the same translations.

    Args:
        image_shape: (height, width, channels) of the targets; each side a multiple of 2^depth.
        source_channels: of the sources; None for as many as the targets'.
        channels: of the first convolution of both networks.
        depth: halvings of the U-Net; None for as many as the sides have, 8 at 256 pixels.
        norm: "batch" (the paper's) or "instance", which is the paper's with batches of one image.
        dropout: rate in the generator.
        upsampling: "transposed" (the paper's convolutions) or "nearest", which leaves no checkerboards.
        full_size: convolutions at the images' own size too; not in the paper, whose U-Net begins and ends with half of it.
        receptive_field: pixels a side that a logit of the discriminator sees: 1, 16, 34, 70, 142, 286 or "image".
        l1_weight: lambda, on images in [-1, 1] as in the paper.
        adversarial_weight: of L_cGAN; 0 trains the generator alone.
        conditional: whether the discriminator sees the source too.
        objective: a name in `kerasgen.losses.adversarial.LOSSES` that is not relativistic.
        seed: of the dropout.
    """

    source_channels: Positive | None = None
    channels: Positive = 64
    depth: Positive | None = None
    norm: Literal["batch", "instance"] = "batch"
    dropout: Share = 0.5
    upsampling: Literal["transposed", "nearest"] = "transposed"
    full_size: bool = False
    receptive_field: Positive | Literal["image"] = 70
    l1_weight: NotNegative = 100.0
    adversarial_weight: NotNegative = 1.0
    conditional: bool = True
    objective: str = "non_saturating"

    trains_in_bfloat16 = True  # pix2pix_edges_to_portraits

    def check(self) -> None:
        super().check()
        most = halvings(self.image_shape)
        if self.depth is None:  # kept, so that the model is the same at another size
            self.depth = most
        if not 2 <= self.depth <= most:
            raise ValueError(f"depth must be from 2 to {most} at this size. Received: {self.depth}.")
        if not self.l1_weight + self.adversarial_weight > 0:
            raise ValueError(
                "l1_weight and adversarial_weight must not both be zero. Received: "
                f"{self.l1_weight}, {self.adversarial_weight}."
            )
        check_objective(self.objective, relativistic=False)

    def build_networks(self) -> None:
        self.generator = unet(
            "generator",
            self.source_shape,
            self.image_shape[2],
            self.channels,
            self.depth or halvings(self.image_shape),
            norm=self.norm,
            dropout=self.dropout,
            seed=self.seed,
            upsampling=self.upsampling,
            full_size=self.full_size,
        )
        if self.adversarial_weight:
            seen = [self.source_shape, self.image_shape] if self.conditional else [self.image_shape]
            self.discriminator = patch_discriminator(
                "discriminator", seen, self.channels, receptive_field(self.receptive_field, self.image_shape), self.norm
            )

    def make_phases(self) -> tuple[Phase, ...]:
        terms = [name for name, weight in (("generator", self.adversarial_weight), ("l1", self.l1_weight)) if weight]
        generator = Phase("generator", (self.generator,), self.generator_terms, tuple(terms))
        if not self.adversarial_weight:
            return (generator,)
        discriminator = Phase(
            "discriminator",
            (self.discriminator,),
            self.discriminator_terms,
            ("discriminator",),
            monitors=("accuracy",),
            takes=("translations",),
        )
        return generator, discriminator

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        return {phase.name: keras.optimizers.Adam(2e-4, beta_1=0.5) for phase in self.phases}

    @property
    def source_shape(self) -> tuple[int, int, int]:
        return (*self.image_shape[:2], self.source_channels or self.image_shape[2])

    @property
    def translators(self) -> dict[str, keras.Model]:
        return {"a_to_b": self.generator}

    # ---- losses ------------------------------------------------------------------------------------------------

    def discriminate(self, sources: Tensor, targets: Tensor, training: bool) -> Tensor:
        """Logits (batch, h, w, 1) of targets, beside their sources if the model is conditional."""
        return self.discriminator([sources, targets] if self.conditional else targets, training=training)

    def discriminator_terms(self, batch: Batch, training: bool, translations: Tensor) -> Values:
        """Gives the discriminator's loss, of real pairs and of sources with the generator's translations, and `accuracy`."""
        sources, targets = batch
        real = self.discriminate(sources, targets, training)
        fake = self.discriminate(sources, translations, training)
        # The paper halves it, which slows the discriminator down against the generator.
        return {
            "discriminator": 0.5 * LOSSES[self.objective].discriminator(real, fake),
            "accuracy": pairwise_accuracy(real, fake),
        }

    def generator_terms(self, batch: Batch, training: bool) -> Values:
        """Gives the generator's adversarial term, the L1 distance to the targets, weighted, and the translations."""
        sources, targets = batch
        fake = self.generator(sources, training=training)
        terms = {"translations": fake}
        if self.adversarial_weight:
            logits = self.discriminate(sources, fake, training)
            terms["generator"] = self.adversarial_weight * LOSSES[self.objective].generator(None, logits)
        if self.l1_weight:
            terms["l1"] = 2.0 * self.l1_weight * absolute_error(targets, fake)  # 2: from [0, 1] to [-1, 1]
        return terms

"""CycleGAN: image to image without pairs, of Zhu et al. 2017 (arXiv:1703.10593)."""

from __future__ import annotations

import keras
from keras import ops

from kerasgen.backend.typing import Batch, Tensor, Values
from kerasgen.base.batches import batch_size_of
from kerasgen.base.hyperparameters import Count, NotNegative, built
from kerasgen.base.phase import Phase
from kerasgen.layers.image_pool import ImagePool
from kerasgen.losses.adversarial import LOSSES, pairwise_accuracy
from kerasgen.losses.reconstruction import absolute_error
from kerasgen.models.unpaired_base import BaseUnpairedTranslator


@keras.saving.register_keras_serializable("kerasgen")
class CycleGAN(BaseUnpairedTranslator):
    """Two translators, each against a discriminator, that must undo one another (equation 3), from sets without pairs.

    The discriminators learn after the generators, on the same translations.

    Takes the arguments of `BaseUnpairedTranslator`.
        cycle_weight: lambda, on images in [-1, 1] as in the paper.
        identity_weight: of the identity terms (section 5.2), as a share of `cycle_weight`.
        pool_size: earlier images of each kind that the discriminators are trained on, at least a batch; 0 for none.
    """

    cycle_weight: NotNegative = 10.0
    identity_weight: NotNegative = 0.5
    pool_size: Count = 50

    trains_in_bfloat16 = True  # cyclegan_portraits_eras

    pool_a: ImagePool | None = built()
    pool_b: ImagePool | None = built()

    def build_networks(self) -> None:
        self.pool_a = self.pool_b = None
        self.generator_ab, self.generator_ba = self.make_translator("generator_ab"), self.make_translator("generator_ba")
        self.discriminator_a = self.make_discriminator("discriminator_a")
        self.discriminator_b = self.make_discriminator("discriminator_b")

    def prepare_training(self) -> None:
        if self.pool_size and self.pool_a is None:
            self.pool_a = ImagePool(self.pool_size, self.image_shape, name="pool_a")
            self.pool_b = ImagePool(self.pool_size, self.image_shape, name="pool_b")

    def make_phases(self) -> tuple[Phase, ...]:
        terms = ["a_to_b", "b_to_a", "cycle_a", "cycle_b"]
        if self.identity_weight:
            terms += ["identity_a", "identity_b"]
        return (
            Phase("generators", (self.generator_ab, self.generator_ba), self.generator_terms, tuple(terms)),
            Phase(
                "discriminators",
                (self.discriminator_a, self.discriminator_b),
                self.discriminator_terms,
                ("discriminator_a", "discriminator_b"),
                monitors=("accuracy_a", "accuracy_b"),
                takes=("fake_a", "fake_b"),
            ),
        )

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        return {phase.name: keras.optimizers.Adam(2e-4, beta_1=0.5) for phase in self.phases}

    @property
    def translators(self) -> dict[str, keras.Model]:
        return {"a_to_b": self.generator_ab, "b_to_a": self.generator_ba}

    def check_training(self, x: object, y: object, batch_size: int | None) -> None:
        super().check_training(x, y, batch_size)
        size = batch_size_of(x, batch_size)
        if 0 < self.pool_size < size:
            raise ValueError(f"The pool must hold a batch at least. Received: pool_size={self.pool_size}, a batch of {size}.")

    # ---- losses ------------------------------------------------------------------------------------------------

    def generator_terms(self, batch: Batch, training: bool) -> Values:
        """Gives the generators' terms, weighted, in both directions: adversarial, cycle and identity; and the translations."""
        a, b = batch
        loss = LOSSES[self.objective].generator
        fake_b, fake_a = self.generator_ab(a, training=training), self.generator_ba(b, training=training)
        weight = 2.0 * self.cycle_weight  # 2: from [0, 1] to [-1, 1]
        terms = {
            "fake_a": fake_a,
            "fake_b": fake_b,
            "a_to_b": loss(None, self.discriminator_b(self.augmented(fake_b), training=training)),
            "b_to_a": loss(None, self.discriminator_a(self.augmented(fake_a), training=training)),
            "cycle_a": weight * absolute_error(a, self.generator_ba(fake_b, training=training)),
            "cycle_b": weight * absolute_error(b, self.generator_ab(fake_a, training=training)),
        }
        if self.identity_weight:
            weight = weight * self.identity_weight
            terms["identity_a"] = weight * absolute_error(a, self.generator_ba(a, training=training))
            terms["identity_b"] = weight * absolute_error(b, self.generator_ab(b, training=training))
        return terms

    def discriminator_terms(self, batch: Batch, training: bool, fake_a: Tensor, fake_b: Tensor) -> Values:
        """Gives the discriminators' losses, with a pool of earlier translations in training, and their accuracies."""
        a, b = batch
        result = {}
        for kind, real, fake in (("a", a, fake_a), ("b", b, fake_b)):
            if training and self.pool_size:
                coins = ops.cast(self.normal(ops.shape(fake)[0]) > 0, "float32")
                fake = getattr(self, f"pool_{kind}").query(fake, self.normal(self.pool_size), coins)
            discriminator = getattr(self, f"discriminator_{kind}")
            logits = [discriminator(self.augmented(images), training=training) for images in (real, fake)]
            result[f"discriminator_{kind}"] = LOSSES[self.objective].discriminator(*logits)
            result[f"accuracy_{kind}"] = pairwise_accuracy(*logits)
        return result

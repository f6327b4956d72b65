"""CUT: image to image without pairs, in one direction, of Park et al. 2020 (arXiv:2007.15651)."""

from __future__ import annotations

import keras
from keras import layers, ops

from kerasgen.backend.typing import Batch, Tensor, Values
from kerasgen.base.hyperparameters import NotNegative, Positive, PositiveFloat, built
from kerasgen.base.parts import NetworkParts
from kerasgen.base.phase import Phase
from kerasgen.losses.adversarial import LOSSES, pairwise_accuracy
from kerasgen.losses.contrastive import patch_contrast
from kerasgen.models.unpaired_base import BaseUnpairedTranslator


@keras.saving.register_keras_serializable("kerasgen")
class CUT(NetworkParts, BaseUnpairedTranslator):
    """A translator whose patches must tell which patch of the source they come from (equation 5): half of a CycleGAN.

    Patches are positions of five maps of the translator's first half. The source's are not differentiated, as in the authors'
    code. The discriminator learns after the generator, on the same translations. FastCUT of the paper is
    `CUT(contrast_weight=10.0, identity_weight=0.0)`.

    Takes the arguments of `BaseUnpairedTranslator`.
        contrast_weight: lambda_X, of the patches of sources.
        identity_weight: lambda_Y, of the patches of targets, which should stay as they are.
        temperature: tau.
        patches: of a map, drawn anew for each batch.
        projection: numbers that a patch is compared by.
    """

    contrast_weight: NotNegative = 1.0
    identity_weight: NotNegative = 1.0
    temperature: PositiveFloat = 0.07
    patches: Positive = 256
    projection: Positive = 256

    generator: keras.Model = built()
    discriminator: keras.Model = built()
    projector: keras.Model = built()

    def build_networks(self) -> None:
        self.generator = self.make_translator("generator")
        self.discriminator = self.make_discriminator("discriminator")
        with keras.name_scope("projector"):
            inputs = [keras.Input((None, m.shape[-1]), name=f"map_{index}") for index, m in enumerate(self._maps())]
            outputs = []
            for index, x in enumerate(inputs):
                x = layers.Dense(self.projection, "relu", name=f"hidden_{index}")(x)
                outputs.append(layers.Dense(self.projection, dtype="float32", name=f"project_{index}")(x))
            self.projector = keras.Model(inputs, outputs, name="projector")

    def make_phases(self) -> tuple[Phase, ...]:
        terms = ["generator", "contrast", *(["identity"] if self.identity_weight else [])]
        return (
            Phase("generator", (self.generator, self.projector), self.generator_terms, tuple(terms)),
            Phase(
                "discriminator",
                (self.discriminator,),
                self.discriminator_terms,
                ("discriminator",),
                monitors=("accuracy",),
                takes=("translations",),
            ),
        )

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        return {phase.name: keras.optimizers.Adam(2e-4, beta_1=0.5) for phase in self.phases}

    @property
    def translators(self) -> dict[str, keras.Model]:
        return {"a_to_b": self.generator}

    # ---- losses ------------------------------------------------------------------------------------------------

    def generator_terms(self, batch: Batch, training: bool) -> Values:
        """Gives the adversarial term, the contrastive ones of sources and of targets, weighted, and the translations."""
        sources, targets = batch
        fake, *maps = self._translate_with_maps(sources, training)
        logits = self.discriminator(self.augmented(fake), training=training)
        terms = {
            "translations": fake,
            "generator": LOSSES[self.objective].generator(None, logits),
            "contrast": self.contrast_weight * self._contrast(fake, maps, training),
        }
        if self.identity_weight:
            same, *maps = self._translate_with_maps(targets, training)
            terms["identity"] = self.identity_weight * self._contrast(same, maps, training)
        return terms

    def discriminator_terms(self, batch: Batch, training: bool, translations: Tensor) -> Values:
        """Gives the discriminator's loss, of targets and translations, halved as in the authors' code, and `accuracy`."""
        logits = [self.discriminator(self.augmented(images), training=training) for images in (batch[1], translations)]
        return {
            "discriminator": LOSSES[self.objective].discriminator(*logits),
            "accuracy": pairwise_accuracy(*logits),
        }

    def _contrast(self, translations: Tensor, maps: list[Tensor], training: bool) -> Tensor:
        """The mean over the maps of the patches' loss, of translations and the maps of what they were made of."""
        encoder = self.part(self.generator, "encoder", lambda: keras.Model(self.generator.input, self._maps()))
        queries: list[Tensor] = []
        keys: list[Tensor] = []
        for key, query in zip(maps, encoder(translations, training=training), strict=True):
            count = key.shape[1] * key.shape[2]
            places = ops.argsort(self.normal(count))[: min(self.patches, count)]
            for found, values in ((keys, key), (queries, query)):
                rows = ops.reshape(values, (-1, count, values.shape[-1]))
                found.append(ops.take(rows, places, axis=1))  # (batch, patches, channels)
        keys = [ops.stop_gradient(key) for key in self.projector(keys, training=training)]
        losses = [
            patch_contrast(query, key, self.temperature)
            for query, key in zip(self.projector(queries, training=training), keys, strict=True)
        ]
        return sum(losses) / len(losses)

    def _translate_with_maps(self, images: Tensor, training: bool) -> list[Tensor]:
        """Translations and the maps of `images`, in one pass."""

        def make() -> keras.Model:
            return keras.Model(self.generator.input, [self.generator.output, *self._maps()])

        return self.part(self.generator, "with maps", make)(images, training=training)

    def _maps(self) -> list[Tensor]:
        """Symbolic maps whose patches are compared: the image, both halvings, the first block, and the fifth or the last."""
        assert self.blocks is not None
        names = ["rescale", "act_down_1", "act_down_2", "add_0"]
        names += [f"add_{min(4, self.blocks - 1)}"] if self.blocks > 1 else []
        return [self.generator.get_layer(name).output for name in names]

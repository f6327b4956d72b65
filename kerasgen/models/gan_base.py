"""What all generative adversarial networks share; a variant says which networks, loss and penalties its paper put together."""

from __future__ import annotations

from collections.abc import Callable

import keras
from keras import ops

from kerasgen import backend
from kerasgen.backend.keras_internals import AutoJitCompile
from kerasgen.backend.typing import Batch, Tensor, Values
from kerasgen.base.checks import CodeInput
from kerasgen.base.hyperparameters import Count, NotNegative, Positive, PositiveFloat, Share, built
from kerasgen.base.phase import Phase
from kerasgen.errors import unknown_name
from kerasgen.losses.adaptive_augmentation import NORMALS, UNIFORMS, augment_adaptively
from kerasgen.losses.adversarial import LOSSES, check_objective, pairwise_accuracy, real_sign
from kerasgen.losses.augmentation import augment, check_augmentations
from kerasgen.losses.penalties import PENALTIES
from kerasgen.models.adaptive_probability import AdaptiveProbability
from kerasgen.models.latent_base import LatentSampler
from kerasgen.presets.transfer import layer_name, stage_of


class BaseGAN(AutoJitCompile, LatentSampler):
    """Abstract base: Algorithm 1 of Goodfellow et al. 2014 with any loss, penalties and augmentation.

    A variant builds `generator` and `discriminator`. Beside the terms, training tracks `accuracy`: how often a real image has a
    larger logit than a fake one; with `ada_target` also `ada_p` and `ada_sign`, the paper's p and r_t.

    Args:
        image_shape: (height, width, channels).
        latent_dim: size of the code, drawn from N(0, I).
        objective: a name in `kerasgen.losses.adversarial.LOSSES`.
        penalties: weights of penalties on the discriminator's gradient with respect to images in [0, 1], by their names in
            `kerasgen.losses.penalties.PENALTIES`.
        penalty_interval: steps of the discriminator from one penalty to the next, which counts as often (Karras et al. 2020,
            arXiv:1912.04958, appendix B).
        discriminator_steps: k: steps of the discriminator for one of the generator, each on its own part of the batch.
        weight_clip: largest absolute value of the discriminator's weights (Arjovsky et al. 2017); None for no bound.
        augmentations: names in `kerasgen.losses.augmentation.AUGMENTATIONS`; what the discriminator sees is changed so.
        ada_target: of the mean sign of the discriminator's outputs for real images, by which adaptive augmentation sets its
            probability in training (Karras et al. 2020, arXiv:2006.06676; theirs is 0.6); None for none.
        ada_images: images shown while that probability goes from 0 to 1, at the fastest.
        freeze_discriminator: blocks of the discriminator, from the image on, whose weights stay (Mo et al. 2020,
            arXiv:2002.10964).
        seed: of the training noise.
    """

    latent_dim: Positive = 100
    objective: str = "non_saturating"
    penalties: dict[str, NotNegative] = {}
    penalty_interval: Positive = 1
    discriminator_steps: Positive = 1
    weight_clip: PositiveFloat | None = None
    augmentations: tuple[str, ...] = ()
    ada_target: Share | None = None
    ada_images: Positive = 500_000
    freeze_discriminator: Count = 0

    generator: keras.Model = built()
    discriminator: keras.Model = built()
    ada: AdaptiveProbability | None = built()  # None before `compile`

    def check(self) -> None:
        super().check()
        check_objective(self.objective)
        for name in self.penalties:
            if name not in PENALTIES:
                raise unknown_name("penalty", name, PENALTIES)
        check_augmentations(self.augmentations)
        if self.freeze_discriminator > self.discriminator_blocks:
            raise ValueError(
                f"freeze_discriminator must be {self.discriminator_blocks}, the number of the discriminator's blocks, or less. "
                f"Received: {self.freeze_discriminator}."
            )

    def assemble(self) -> None:
        self.ada = None
        super().assemble()
        if self.weight_clip is not None:
            for variable in self.discriminator.trainable_variables:
                variable.constraint = Clip(self.weight_clip)
                variable.assign(variable.constraint(variable))

    def make_phases(self) -> tuple[Phase, ...]:
        return (
            Phase(
                "discriminator",
                (self.discriminator,),
                self.discriminator_terms,
                ("discriminator", *self.penalties),
                repeat=self.discriminator_steps,
                monitors=("accuracy",) if self.ada_target is None else ("accuracy", "ada_p", "ada_sign"),
            ),
            Phase("generator", (self.generator,), self.generator_terms, ("generator",)),
        )

    @property
    def input_data(self) -> CodeInput:
        return CodeInput(self.latent_dim, self.num_classes)

    @property
    def decoder_network(self) -> keras.Model:
        return self.generator

    def prepare_training(self) -> None:
        super().prepare_training()
        if self.ada_target is not None and self.ada is None:
            self.ada = AdaptiveProbability(self.ada_target, self.ada_images, name="ada")

    # ---- frozen blocks -----------------------------------------------------------------------------------------

    @property
    def discriminator_blocks(self) -> int:
        """The number of the discriminator's blocks that have a stage in their names; a hook, one a halving by default."""
        return self.halvings

    def trained_variables(self, phase: Phase) -> list[keras.Variable]:
        return self.without_frozen(super().trained_variables(phase))

    def without_frozen(self, variables: list[keras.Variable]) -> list[keras.Variable]:
        """Leaves out those of the discriminator's frozen blocks."""
        if not self.freeze_discriminator:
            return variables
        frozen = {id(each) for layer in self.discriminator.layers if self.frozen(layer) for each in layer.trainable_variables}
        return [variable for variable in variables if id(variable) not in frozen]

    def frozen(self, layer: keras.layers.Layer) -> bool:
        """Whether a layer of the discriminator belongs to its first `freeze_discriminator` blocks."""
        name = layer_name(layer)
        stage = 0 if name == "conv_from_image" else stage_of(name)
        if stage is None:
            return False
        return (stage if self.stages_from_image else self.halvings - stage) < self.freeze_discriminator

    # ---- losses ------------------------------------------------------------------------------------------------

    def real_images(self, batch: Batch) -> Tensor:
        """The images of a batch as the discriminator is to see them; a hook."""
        return batch[0]

    def generate(self, batch: Batch, training: bool) -> Tensor:
        """As many images as the batch has, from fresh codes, for its labels if it has any."""
        codes = self.normal(ops.shape(batch[0])[0], self.latent_dim)
        return self.generator([codes, *batch[1:]] if self.requires_labels else codes, training=training)

    def discriminate(self, images: Tensor, batch: Batch, training: bool) -> Tensor:
        """Logits (batch, 1) of images, for the batch's labels if it has any."""
        return self.discriminator([images, *batch[1:]] if self.requires_labels else images, training=training)

    def augmented(self, images: Tensor, training: bool) -> Tensor:
        """What the discriminator sees of images; adaptively augmented in training alone, as no preset keeps p."""
        n = ops.shape(images)[0]
        if self.augmentations:
            images = augment(images, self.augmentations, self.uniform(n, len(self.augmentations), 3))
        if self.ada is not None and training:
            images = augment_adaptively(images, self.ada.p, self.uniform(n, UNIFORMS), self.normal(n, NORMALS))
        return images

    def discriminator_terms(self, batch: Batch, training: bool) -> Values:
        """Gives the discriminator's loss, its weighted penalties and `accuracy`, of a batch and as many fake images."""
        real = self.augmented(self.real_images(batch), training)
        fake = ops.stop_gradient(self.augmented(self.generate(batch, training), training))
        real_logits, terms = self.judge_real(real, batch, training)
        fake_logits = self.discriminate(fake, batch, training)  # a batch of its own for BatchNorm
        return {
            "discriminator": LOSSES[self.objective].discriminator(real_logits, fake_logits),
            "accuracy": pairwise_accuracy(real_logits, fake_logits),
            **terms,
            **self.adapt(real_logits, fake_logits, training),
            **self.penalty_terms(real, fake, batch, training),
        }

    def judge_real(self, images: Tensor, batch: Batch, training: bool) -> tuple[Tensor, Values]:
        """Logits of real images, and what else the discriminator minimizes on them, by its term; a hook, nothing by default."""
        return self.discriminate(images, batch, training), {}

    def adapt(self, real_logits: Tensor, fake_logits: Tensor, training: bool) -> Values:
        """What adaptive augmentation tracks, r_t of a batch and p, which training adjusts by it."""
        if self.ada is None:
            return {}
        sign = real_sign(self.objective, real_logits, fake_logits)
        if training:
            self.ada.update(sign, ops.shape(real_logits)[0])
        return {"ada_p": ops.convert_to_tensor(self.ada.p), "ada_sign": sign}

    def penalty_terms(self, real: Tensor, fake: Tensor, batch: Batch, training: bool) -> Values:
        """The weighted penalties; at the steps between, zeros."""
        if not self.penalties:
            return {}
        mix = self.uniform(ops.shape(real)[0], 1, 1, 1)

        def penalize(factor: float) -> Values:
            # Without dropout, or moving statistics, whose change would not leave the differentiated function.
            return {
                name: factor * weight * PENALTIES[name](lambda x: self.discriminate(x, batch, False), real, fake, mix)
                for name, weight in self.penalties.items()
            }

        return self.lazily(0, tuple(self.penalties), penalize, training)

    def lazily(self, phase: int, terms: tuple[str, ...], penalize: Callable[[float], Values], training: bool) -> Values:
        """`penalize(factor)`, which gives `terms`, at every `lazy_interval`-th step of a phase; zeros at those between."""
        interval = self.lazy_interval(phase)
        if interval == 1 or not training:
            return penalize(1.0)
        step = self.phase_optimizer(self.phases[phase]).iterations
        return ops.cond(
            ops.equal(step % interval, 0),
            lambda: penalize(float(interval)),
            lambda: {name: ops.zeros(()) for name in terms},
        )

    def lazy_interval(self, phase: int) -> int:
        """Steps of a phase from one penalty to the next; a hook, `penalty_interval` by default."""
        return self.penalty_interval

    def can_auto_jit_compile(self) -> bool:
        lazy = any(self.lazy_interval(index) > 1 and len(phase.terms) > 1 for index, phase in enumerate(self.phases))
        return backend.COMPILES_BRANCHES or not lazy

    def generator_terms(self, batch: Batch, training: bool) -> Values:
        """Gives the generator's loss, of fresh codes."""
        loss = LOSSES[self.objective]
        fake_logits = self.discriminate(self.augmented(self.generate(batch, training), training), batch, training)
        real_logits = None
        if loss.relativistic:
            real_logits = self.discriminate(self.augmented(self.real_images(batch), training), batch, training)
        return {"generator": loss.generator(real_logits, fake_logits)}

    def call(self, z: Tensor, training: bool = False) -> Tensor:
        """The generator's inputs to images (batch, height, width, channels)."""
        return self.generator(z, training=training)


@keras.saving.register_keras_serializable("kerasgen")
class Clip(keras.constraints.Constraint):
    """Bounds the absolute value of weights."""

    def __init__(self, bound: float) -> None:
        self.bound = bound

    def __call__(self, w: Tensor) -> Tensor:
        return ops.clip(w, -self.bound, self.bound)

    def get_config(self) -> dict[str, object]:
        return {"bound": self.bound}

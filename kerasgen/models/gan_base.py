"""What all generative adversarial networks share; a variant says which networks, loss and penalties its paper put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import keras
from keras import ops

from kerasgen import backend
from kerasgen.backend.keras_internals import AutoJitCompile
from kerasgen.backend.typing import Batch, Tensor, Values
from kerasgen.base.hyperparameters import NotNegative, Positive, PositiveFloat, built
from kerasgen.base.phase import Phase
from kerasgen.errors import unknown_name
from kerasgen.losses.adversarial import LOSSES, check_objective, pairwise_accuracy
from kerasgen.losses.augmentation import AUGMENTATIONS, augment
from kerasgen.losses.penalties import PENALTIES
from kerasgen.models.latent_base import LatentSampler


class BaseGAN(AutoJitCompile, LatentSampler):
    """Abstract base: Algorithm 1 of Goodfellow et al. 2014 with any loss, penalties and augmentation.

    A variant builds `generator` and `discriminator`. Beside the terms, training tracks `accuracy`: how often a real image has a
    larger logit than a fake one.

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
        augmentations: names in `kerasgen.augmentation.AUGMENTATIONS`; what the discriminator sees is changed so.
        seed: of the training noise.
    """

    latent_dim: Positive = 100
    objective: str = "non_saturating"
    penalties: dict[str, NotNegative] = {}
    penalty_interval: Positive = 1
    discriminator_steps: Positive = 1
    weight_clip: PositiveFloat | None = None
    augmentations: tuple[str, ...] = ()

    generator: keras.Model = built()
    discriminator: keras.Model = built()

    def check(self) -> None:
        super().check()
        check_objective(self.objective)
        _check_names("penalty", self.penalties, PENALTIES)
        _check_names("augmentation", self.augmentations, AUGMENTATIONS)

    def assemble(self) -> None:
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
                monitors=("accuracy",),
            ),
            Phase("generator", (self.generator,), self.generator_terms, ("generator",)),
        )

    @property
    def decoder_network(self) -> keras.Model:
        return self.generator

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

    def augmented(self, images: Tensor) -> Tensor:
        """What the discriminator sees of images."""
        if not self.augmentations:
            return images
        return augment(images, self.augmentations, self.uniform(ops.shape(images)[0], len(self.augmentations), 3))

    def uniform(self, *shape: int | Tensor) -> Tensor:
        """Draws float32 numbers from [0, 1], by the distribution function of `normal`."""
        return 0.5 * (1.0 + ops.erf(self.normal(*shape) * 0.5**0.5))

    def discriminator_terms(self, batch: Batch, training: bool) -> Values:
        """Gives the discriminator's loss, its weighted penalties and `accuracy`, of a batch and as many fake images."""
        real = self.augmented(self.real_images(batch))
        fake = ops.stop_gradient(self.augmented(self.generate(batch, training)))
        real_logits = self.discriminate(real, batch, training)
        fake_logits = self.discriminate(fake, batch, training)  # a batch of its own for BatchNorm
        return {
            "discriminator": LOSSES[self.objective].discriminator(real_logits, fake_logits),
            "accuracy": pairwise_accuracy(real_logits, fake_logits),
            **self.penalty_terms(real, fake, batch, training),
        }

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

        return self.lazily(0, penalize, training)

    def lazily(self, phase: int, penalize: Callable[[float], Values], training: bool) -> Values:
        """`penalize(factor)` at every `penalty_interval`-th step of a phase, for all of them; zeros at the steps between."""
        if self.penalty_interval == 1 or not training:
            return penalize(1.0)
        step = self.phase_optimizer(self.phases[phase]).iterations
        return ops.cond(
            ops.equal(step % self.penalty_interval, 0),
            lambda: penalize(float(self.penalty_interval)),
            lambda: {name: ops.zeros(()) for name in self.phases[phase].terms[1:]},
        )

    def can_auto_jit_compile(self) -> bool:
        lazy = self.penalty_interval > 1 and any(len(phase.terms) > 1 for phase in self.phases)
        return backend.COMPILES_BRANCHES or not lazy

    def generator_terms(self, batch: Batch, training: bool) -> Values:
        """Gives the generator's loss, of fresh codes."""
        loss = LOSSES[self.objective]
        fake_logits = self.discriminate(self.augmented(self.generate(batch, training)), batch, training)
        real_logits = self.discriminate(self.augmented(self.real_images(batch)), batch, training) if loss.relativistic else None
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


def _check_names(kind: str, names: Iterable[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in known:
            raise unknown_name(kind, name, known)

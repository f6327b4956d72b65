"""What all generative adversarial networks share; a variant says which networks, loss and penalties its paper put together."""

from __future__ import annotations

from collections.abc import Callable

import keras
from keras import ops

from kerasgen import backend
from kerasgen.base.model import GenerativeModel
from kerasgen.base.phase import Phase
from kerasgen.errors import unknown_name
from kerasgen.losses.adversarial import LOSSES, check_objective, pairwise_accuracy
from kerasgen.losses.augmentation import AUGMENTATIONS, augment
from kerasgen.losses.penalties import PENALTIES
from kerasgen.models.latent_base import LatentSampler


class BaseGAN(LatentSampler, GenerativeModel):
    """Abstract base: Algorithm 1 of Goodfellow et al. 2014 with any loss, penalties and augmentation.

    A variant builds `generator` and `discriminator`; its constructor stores its own arguments and ends with
    `self.assemble()`. Beside the terms, training tracks `accuracy`: how often a real image has a larger logit than a fake one.

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

    def __init__(
        self,
        image_shape,
        *,
        latent_dim=100,
        objective="non_saturating",
        penalties=None,
        penalty_interval=1,
        discriminator_steps=1,
        weight_clip=None,
        augmentations=(),
        seed=0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if min(latent_dim, penalty_interval, discriminator_steps) < 1 or (weight_clip is not None and not weight_clip > 0):
            raise ValueError(
                "latent_dim, penalty_interval, discriminator_steps and weight_clip must be positive. Received: "
                f"{latent_dim=}, {penalty_interval=}, {discriminator_steps=}, {weight_clip=}."
            )
        check_objective(objective)
        _check_names("penalty", penalties or (), PENALTIES)
        _check_names("augmentation", augmentations, AUGMENTATIONS)
        if any(not weight >= 0 for weight in (penalties or {}).values()):
            raise ValueError(f"The weights of penalties must not be negative. Received: {penalties}.")
        self.image_shape = tuple(image_shape)
        self.latent_dim = latent_dim
        self.objective = objective
        self.penalties = dict(penalties or {})
        self.penalty_interval = penalty_interval
        self.discriminator_steps = discriminator_steps
        self.weight_clip = weight_clip
        self.augmentations = tuple(augmentations)
        self.seed = seed

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

    def real_images(self, batch):
        """The images of a batch as the discriminator is to see them; a hook."""
        return batch[0]

    def generate(self, batch, training: bool):
        """As many images as the batch has, from fresh codes, for its labels if it has any."""
        codes = self.normal(ops.shape(batch[0])[0], self.latent_dim)
        return self.generator([codes, *batch[1:]] if self.requires_labels else codes, training=training)

    def discriminate(self, images, batch, training: bool):
        """Logits (batch, 1) of images, for the batch's labels if it has any."""
        return self.discriminator([images, *batch[1:]] if self.requires_labels else images, training=training)

    def augmented(self, images):
        """What the discriminator sees of images."""
        if not self.augmentations:
            return images
        return augment(images, self.augmentations, self.uniform(ops.shape(images)[0], len(self.augmentations), 3))

    def uniform(self, *shape):
        """Draws float32 numbers from [0, 1], by the distribution function of `normal`."""
        return 0.5 * (1.0 + ops.erf(self.normal(*shape) * 0.5**0.5))

    def discriminator_terms(self, batch, training: bool) -> dict:
        real = self.augmented(self.real_images(batch))
        fake = ops.stop_gradient(self.augmented(self.generate(batch, training)))
        real_logits = self.discriminate(real, batch, training)
        fake_logits = self.discriminate(fake, batch, training)  # a batch of its own for BatchNorm
        return {
            "discriminator": LOSSES[self.objective].discriminator(real_logits, fake_logits),
            "accuracy": pairwise_accuracy(real_logits, fake_logits),
            **self.penalty_terms(real, fake, batch, training),
        }

    def penalty_terms(self, real, fake, batch, training: bool) -> dict:
        """The weighted penalties; at the steps between, zeros."""
        if not self.penalties:
            return {}
        mix = self.uniform(ops.shape(real)[0], 1, 1, 1)

        def penalize(factor):
            # Without dropout, or moving statistics, whose change would not leave the differentiated function.
            return {
                name: factor * weight * PENALTIES[name](lambda x: self.discriminate(x, batch, False), real, fake, mix)
                for name, weight in self.penalties.items()
            }

        return self.lazily(0, penalize, training)

    def lazily(self, phase: int, penalize: Callable[[float], dict], training: bool) -> dict:
        """`penalize(factor)` at every `penalty_interval`-th step of a phase, for all of them; zeros at the steps between."""
        if self.penalty_interval == 1 or not training:
            return penalize(1.0)
        step = self.phase_optimizer(self.phases[phase]).iterations
        return ops.cond(
            ops.equal(step % self.penalty_interval, 0),
            lambda: penalize(float(self.penalty_interval)),
            lambda: {name: ops.zeros(()) for name in self.phases[phase].terms[1:]},
        )

    def _resolve_auto_jit_compile(self) -> bool:  # Keras's hook
        lazy = self.penalty_interval > 1 and any(len(phase.terms) > 1 for phase in self.phases)
        return (backend.COMPILES_BRANCHES or not lazy) and super()._resolve_auto_jit_compile()

    def generator_terms(self, batch, training: bool) -> dict:
        loss = LOSSES[self.objective]
        fake_logits = self.discriminate(self.augmented(self.generate(batch, training)), batch, training)
        real_logits = self.discriminate(self.augmented(self.real_images(batch)), batch, training) if loss.relativistic else None
        return {"generator": loss.generator(real_logits, fake_logits)}

    def call(self, z, training=False):
        """The generator's inputs to images (batch, height, width, channels)."""
        return self.generator(z, training=training)


@keras.saving.register_keras_serializable("kerasgen")
class Clip(keras.constraints.Constraint):
    """Bounds the absolute value of weights."""

    def __init__(self, bound: float):
        self.bound = bound

    def __call__(self, w):
        return ops.clip(w, -self.bound, self.bound)

    def get_config(self):
        return {"bound": self.bound}


def _check_names(kind: str, names, known) -> None:
    for name in names:
        if name not in known:
            raise unknown_name(kind, name, known)

"""Generative adversarial networks that grow while they are trained (Karras et al. 2018, arXiv:1710.10196, section 2)."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from kerasgen import backend
from kerasgen.backend import AveragePooling2D
from kerasgen.backend.typing import Array, Batch, Tensor, Values
from kerasgen.base.batches import batch_size_of, split
from kerasgen.base.hyperparameters import Positive, built
from kerasgen.base.phase import Phase
from kerasgen.base.prediction import predict_all
from kerasgen.base.settings import keras_defaults
from kerasgen.layers.counter import Counter
from kerasgen.layers.upsample import Upsample
from kerasgen.models.growth import Growth
from kerasgen.models.signed_images import BaseSignedGAN
from kerasgen.networks.conv import base_grid
from kerasgen.networks.progressive import at_stage, growth_stages

SMALLEST = 4  # pixels of the shorter side at stage 0, up to 7 of images whose sides are no power of two


class BaseProgressiveGAN(BaseSignedGAN):
    """Abstract base: few pixels at first; each further stage doubles the resolution, fades in, and is trained for a while.

    `fit` takes images of the last stage's size throughout and makes them smaller itself. The number of images shown so far is
    saved with the model: a run that goes on is where it was, in the middle of a fade too. A variant's `generator` gives a list
    of images in [-1, 1], one a stage; its `discriminator` is that of `growing_discriminator`.

    Args:
        image_shape: (height, width, channels); the shorter side 4..7 times a power of two, the longer a multiple of that
            power: 48 x 64 pixels grow from 6 x 8.
        channels: of the largest resolution, doubled at each halving.
        max_channels: at most.
        start_size: pixels of the shorter side at first: one that the images have when halved, or 4, 8, 16, ... for that or the
            next one up; that of the images for networks that do not grow.
        fade_images: images shown while a stage fades in, one number for all or one a stage; the first does not fade in.
        stable_images: images shown before the next stage begins, likewise; the last stage has no end.
        batch_sizes: images of a step at each stage, into which the data's batches are split; None for whole batches.
        further arguments: as `BaseGAN`.
    """

    stages_from_image = False

    channels: Positive = 16
    max_channels: Positive = 512
    start_size: Positive = 4
    fade_images: Positive | tuple[Positive, ...] = 600_000
    stable_images: Positive | tuple[Positive, ...] = 600_000
    batch_sizes: tuple[Positive, ...] | None = None

    progress: Counter = built()  # of the images shown; None before `compile`
    parts: dict[int, int] = built()  # of a batch, by stage

    def check(self) -> None:
        super().check()
        stages = range(growth_stages(self.image_shape))
        sizes = [min(self.size_of_stage(stage)) for stage in stages]
        if self.start_size not in [*sizes, *(SMALLEST * 2**stage for stage in stages)]:
            raise ValueError(
                f"start_size must be a resolution, one of {', '.join(map(str, sizes))}. Received: {self.start_size}."
            )
        count = len(sizes) - self.first_stage
        for name in ("fade_images", "stable_images"):
            value = getattr(self, name)
            if isinstance(value, (list, tuple)) and len(value) not in (1, count):
                raise ValueError(f"{name} must be one number, or {count}, one a stage. Received: {value}.")
        if self.batch_sizes is not None and len(self.batch_sizes) != count:
            raise ValueError(f"batch_sizes must be {count} numbers, one a stage, or None. Received: {self.batch_sizes}.")

    def assemble(self) -> None:
        self.progress = None  # type: ignore[assignment]  # never read before `compile`
        self.parts = {}
        self.stage = self.last_stage  # of the compiled steps; `Growth` sets it in training
        super().assemble()

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        return {
            "discriminator": keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99, epsilon=1e-8),
            "generator": keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99, epsilon=1e-8, use_ema=True, ema_momentum=0.999),
        }

    def prepare_training(self) -> None:
        super().prepare_training()
        if self.progress is None:
            self.progress = Counter(name="progress")

    def trained_variables(self, phase: Phase) -> list[keras.Variable]:
        (network,) = phase.networks
        return self.without_frozen(self.network_of_stage(network, self.stage).trainable_variables)

    def training_callbacks(self, x: object, batch_size: int | None) -> list[keras.callbacks.Callback]:
        size = batch_size_of(x, batch_size)
        if any(size % part for part in self.batch_sizes or ()):
            raise ValueError(f"The data's batches must split into those of every stage, {self.batch_sizes}. Received: {size}.")
        if self.batch_sizes and isinstance(x, np.ndarray) and len(x) % size:
            raise ValueError(
                "Where batches are split for the stages, no batch may be smaller. "
                f"Received: {len(x)} images in batches of {size}."
            )
        self.parts = {self.first_stage + index: size // part for index, part in enumerate(self.batch_sizes or ())}
        return [Growth(size // self.repeats * self.phases[0].repeat)]

    def step_batches(self, batch: Batch) -> list[Batch]:
        return split(batch, self.parts.get(self.stage, 1))

    # ---- where it stands ---------------------------------------------------------------------------------------

    @property
    def shown(self) -> int:
        """Images shown in training so far; 0 for a model that is not trained here."""
        return int(ops.convert_to_numpy(self.progress.count)) if self.progress is not None else 0

    @property
    def first_stage(self) -> int:
        """The stage that training begins with: 0 is 4 x 4 pixels, or up to 7 of the shorter side."""
        return (self.start_size // SMALLEST).bit_length() - 1

    @property
    def last_stage(self) -> int:
        """The number of the stage at the full size."""
        return growth_stages(self.image_shape) - 1

    @property
    def halvings(self) -> int:
        return self.last_stage

    def size_of_stage(self, stage: int) -> tuple[int, int]:
        """(height, width) of a stage's images."""
        rows, columns = base_grid(self.image_shape)
        return rows * 2**stage, columns * 2**stage

    @property
    def schedule(self) -> dict[int, tuple[int, int]]:
        """(images shown when it begins, images of its fade) of each stage."""
        count = self.last_stage - self.first_stage + 1
        fades, stables = (
            list(value) if isinstance(value, (list, tuple)) else [value] * count
            for value in (self.fade_images, self.stable_images)
        )
        begin, result = 0, {}
        for index in range(count):
            fade = fades[index] if index else 0
            result[self.first_stage + index] = begin, fade
            begin += fade + stables[index]
        return result

    def position(self, shown: int) -> tuple[int, float]:
        """The stage after so many images, and how far it has grown, in [0, 1]."""
        stage = max(stage for stage, (begin, _) in self.schedule.items() if begin <= shown)
        begin, fade = self.schedule[stage]
        return stage, min(1.0, (shown - begin) / fade) if fade else 1.0

    def grown(self) -> Tensor:
        """How far the stage in training has grown: (1, 1, 1, 1)."""
        begin, fade = self.schedule[self.stage]
        share = ops.clip((ops.cast(self.progress.count, "float32") - begin) / fade, 0.0, 1.0) if fade else 1.0
        return ops.reshape(ops.cast(share, "float32"), (1, 1, 1, 1))

    # ---- what the losses see -----------------------------------------------------------------------------------

    def real_images(self, batch: Batch) -> Tensor:
        images = _shrink(batch[0], 2 ** (self.last_stage - self.stage))
        return self.faded([_shrink(images, 2), images] if self.stage > self.first_stage else [images], self.grown())

    def generate(self, batch: Batch, training: bool) -> Tensor:
        codes = self.normal(ops.shape(batch[0])[0], self.latent_dim)
        return self.faded(self.images_of_stage(self.generator, self.stage, codes, training), self.grown())

    def images_of_stage(self, generator: keras.Model, stage: int, codes: Tensor, training: bool) -> list[Tensor]:
        """The images of a stage and of the one before in [0, 1]; a hook."""
        return self.shown_images(self.network_of_stage(generator, stage)(codes, training=training))

    def faded(self, images: list[Tensor], grown: float | Tensor) -> Tensor:
        """The last of `images`, mixed with the one before, enlarged, where there is one."""
        if len(images) == 1:
            return images[0]
        before = Upsample(dtype="float32")(images[0])
        return before + grown * (images[1] - before)

    def discriminate(self, images: Tensor, batch: Batch, training: bool) -> Tensor:
        return self.network_of_stage(self.discriminator, self.stage)([images, self.grown()], training=training)

    def discriminator_terms(self, batch: Batch, training: bool) -> Values:
        terms = super().discriminator_terms(batch, training)
        if training:
            self.progress.count.assign(self.progress.count + ops.shape(batch[0])[0] * backend.replicas())
        return terms

    def network_of_stage(self, network: keras.Model, stage: int) -> keras.Model:
        """The part of a growing network that a stage needs: to its logit, or to a list of its image and of that before."""
        index = stage - self.first_stage
        return self.part(
            network,
            stage,
            lambda: (
                at_stage(network, index)
                if network.name == "discriminator"
                else keras.Model(network.input, network.outputs[max(0, index - 1) : index + 1])
            ),
        )

    # ---- use ---------------------------------------------------------------------------------------------------

    @keras_defaults()
    def run_decoder(self, network: keras.Model, inputs: Array | list[Array], batch_size: int) -> np.ndarray:
        stage, grown = self.position(self.shown) if self.shown else (self.last_stage, 1.0)
        if (stage, grown) == (self.last_stage, 1.0):
            return super().run_decoder(network, inputs, batch_size)
        outputs = predict_all(self.network_of_stage(network, stage), inputs, batch_size)
        images = self.shown_images(keras.tree.map_structure(ops.convert_to_tensor, outputs))
        image = ops.convert_to_numpy(self.faded(images, grown))
        times = self.image_shape[0] // image.shape[1]
        return np.clip(image, 0.0, 1.0).repeat(times, axis=1).repeat(times, axis=2)


def _shrink(images: Tensor, times: int) -> Tensor:
    return images if times == 1 else AveragePooling2D(times, dtype="float32")(images)

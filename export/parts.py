"""The parts of a model that can be exported, as networks in float32."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import keras
import numpy as np
from keras import ops

from kerasgen import presets
from kerasgen.base.model import GenerativeModel
from kerasgen.latent.codes import labels_in_turn, sample_codes
from kerasgen.latent.styles import TRUNCATION
from kerasgen.models.autoencoder_base import BaseAutoencoder
from kerasgen.models.latent_base import LatentDecoder
from kerasgen.models.style_base import BaseStyleGAN
from kerasgen.models.translation_base import BaseTranslator
from kerasgen.runtime.manifest import IMAGE_OUTPUTS, RANGES, Distribution, ImageDType, InputInfo, OutputInfo, PartName

Arrays: TypeAlias = dict[str, np.ndarray]  # inputs or outputs of a graph, (n, ...) by name

INPUTS: dict[PartName, dict[str, Distribution]] = {
    "decoder": {"z": "normal"},
    "encoder": {"image": "uniform image"},
    "mapping": {"z": "normal", "truncation": "truncation"},
    "synthesis": {"styles": "normal"},
    "a_to_b": {"image": "uniform image"},
    "b_to_a": {"image": "uniform image"},
}
OUTPUTS: dict[PartName, tuple[str, ...]] = {  # an encoder's are those of its network
    "decoder": ("image",),
    "mapping": ("styles",),
    "synthesis": ("image",),
    "a_to_b": ("translated",),
    "b_to_a": ("translated",),
}


@dataclasses.dataclass(frozen=True)
class Part:
    """A network of float32 weights, and the names of its inputs and outputs in the file.

    `inputs` maps names to what goes in: "normal" values, as codes, "uniform image" values in [0, 1], a "label", an integer, or
    a "truncation" in [-1, 2].
    """

    name: PartName
    network: keras.Model
    inputs: dict[str, Distribution]
    outputs: tuple[str, ...]
    latent_dim: int | None
    image_shape: tuple[int, int, int]
    num_classes: int

    @property
    def image_output(self) -> str | None:
        """The output that is an image; none of an encoder's and a mapping's."""
        return next((name for name in self.outputs if name in IMAGE_OUTPUTS), None)

    def as_uint8(self) -> Part:
        """The part with its images as uint8, 0 to 255."""
        outputs = [
            ops.cast(ops.round(255.0 * output), "uint8") if name in IMAGE_OUTPUTS else output
            for name, output in zip(self.outputs, self.network.outputs, strict=True)
        ]
        return dataclasses.replace(self, network=keras.Model(self.network.inputs, outputs, name=self.network.name))

    def sample_inputs(self, n: int, seed: int) -> Arrays:
        """Samples `n` of each input, by name; labels in turn."""
        shape = self.network.inputs[0].shape[1:]
        samplers: dict[Distribution, Callable[[], np.ndarray]] = {
            "normal": lambda: sample_codes(n, math.prod(shape), seed).reshape(n, *shape),
            "uniform image": lambda: np.random.default_rng(seed).random((n, *shape), np.float32),
            "label": lambda: np.asarray(labels_in_turn(n, self.num_classes)),
            "truncation": lambda: np.linspace(*TRUNCATION, n).reshape(n, 1),
        }
        return {name: samplers[distribution]().astype("float32") for name, distribution in self.inputs.items()}

    def describe_inputs(self, batch_size: int | None) -> tuple[InputInfo, ...]:
        """The inputs as the manifest has them."""
        return tuple(
            InputInfo(name=name, shape=(batch_size, *tensor.shape[1:]), distribution=distribution)
            for (name, distribution), tensor in zip(self.inputs.items(), self.network.inputs, strict=True)
        )

    def describe_outputs(self, batch_size: int | None, image_dtype: ImageDType) -> tuple[OutputInfo, ...]:
        """The outputs as the manifest has them, images of the type `image_dtype`."""
        return tuple(
            OutputInfo(name=name, shape=(batch_size, *output.shape[1:]), dtype=image_dtype, range=RANGES[image_dtype])
            if name == self.image_output
            else OutputInfo(name=name, shape=(batch_size, *output.shape[1:]))
            for name, output in zip(self.outputs, self.network.outputs, strict=True)
        )

    def signature(self, batch_size: int | None) -> list[keras.InputSpec] | list[list[keras.InputSpec]]:
        """The inputs for `keras.Model.export`: in the list of the network's own structure where there are several."""
        specs = [
            keras.InputSpec(shape=tensor.shape, dtype=tensor.dtype, name=tensor.name)
            for tensor in self.describe_inputs(batch_size)
        ]
        return specs if len(specs) == 1 else [specs]


def default_part(model: GenerativeModel) -> PartName:
    """Gives the part that generates images: a translator's first direction, else the decoder."""
    return "a_to_b" if isinstance(model, BaseTranslator) else "decoder"


def resized(model: GenerativeModel, image_size: tuple[int, int] | None) -> GenerativeModel:
    """Gives a translator for images of another height and width; raises ValueError for a model that has one size."""
    if image_size in (None, tuple(model.image_shape[:2])):
        return model
    if not isinstance(model, BaseTranslator):
        raise ValueError(
            f"image_size is for translators; other models have one size. Received: {image_size} for a "
            f"{type(model).__name__} of {tuple(model.image_shape[:2])}."
        )
    return model.resized(*image_size)


def resolve(model: GenerativeModel | str | Path) -> GenerativeModel:
    """Gives a model as it is, and loads a preset by its name or path; raises ValueError for anything else."""
    if isinstance(model, (str, Path)):
        return presets.load(model)
    if not isinstance(model, GenerativeModel):
        raise ValueError(f"Export takes a kerasgen model, or a preset's name or path. Received: {type(model).__name__}.")
    return model


def latent_dim_of(model: GenerativeModel) -> int | None:
    """The size of a model's codes, None for one without."""
    return model.latent_dim if isinstance(model, LatentDecoder) else None


def select(model: GenerativeModel, part: PartName) -> Part:
    """Gives the part of a model as it samples: with the moving average of its weights where the optimizer keeps one.

    A model of another dtype policy is built once more in float32, as half floats in a graph are slow or refused on most
    devices. Raises ValueError for a model without that part, and for a network of other inputs.
    """
    network = _find(model, part)
    trained = model.ema_network(network)
    if model.dtype_policy.name != "float32":
        twin = _find(type(model).from_config({**model.get_config(), "dtype": "float32"}), part)
        twin.set_weights([weight.astype("float32") for weight in trained.get_weights()])
        trained = twin
    trained = _cut(model, part, trained)
    inputs = INPUTS[part]
    if part in ("decoder", "mapping") and model.num_classes:
        inputs = {**inputs, "label": "label"}
    if len(trained.inputs) != len(inputs):
        raise ValueError(
            f"A network that is exported has the inputs {', '.join(inputs)}. "
            f"Received: {network.name} with {len(trained.inputs)}."
        )
    outputs = OUTPUTS.get(part) or tuple(trained.output_names)
    height, width, channels = model.image_shape  # a list in models that were loaded
    return Part(part, trained, inputs, outputs, latent_dim_of(model), (height, width, channels), model.num_classes)


def _find(model: GenerativeModel, part: PartName) -> keras.Model:
    """The network that a part is cut from; raises ValueError for a model that has no such part."""
    if isinstance(model, LatentDecoder) and part == "decoder":
        return model.decoder_network
    if isinstance(model, BaseAutoencoder) and part == "encoder":
        return model.encoder
    if isinstance(model, BaseStyleGAN) and part in ("mapping", "synthesis"):
        return model.generator
    if isinstance(model, BaseTranslator) and part in model.directions:
        return model.translators[part]
    raise ValueError(f"part={part!r} needs a model that has it. Received: {type(model).__name__}.")


def _cut(model: GenerativeModel, part: PartName, network: keras.Model) -> keras.Model:
    """What is written of a network that `_find` gave."""
    if isinstance(model, BaseStyleGAN) and part == "mapping":
        return model.mapping_of(network, truncated=True)
    if isinstance(model, BaseStyleGAN) and part == "synthesis":
        network = model.synthesis_of(network)
    return model.image_network(network) if isinstance(model, LatentDecoder) and part != "encoder" else network

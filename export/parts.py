"""The parts of a model that can be exported, as networks in float32."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import keras
import numpy as np
from keras import ops

from kerasgen import presets
from kerasgen.base.model import GenerativeModel
from kerasgen.latent.codes import labels_in_turn, sample_codes
from kerasgen.latent.styles import TRUNCATION
from kerasgen.models.translation_base import DIRECTIONS


@dataclasses.dataclass(frozen=True)
class Part:
    """A network of float32 weights, and the names of its inputs and outputs in the file.

    `inputs` maps names to what goes in: "normal" values, as codes, "uniform image" values in [0, 1], a "label", a whole number,
    or a "truncation" in [-1, 2].
    """

    name: str
    network: keras.Model
    inputs: dict[str, str]
    outputs: tuple[str, ...]
    latent_dim: int | None
    image_shape: tuple[int, int, int]
    num_classes: int

    def as_uint8(self) -> Part:
        """The part with its pictures as whole numbers from 0 to 255, uint8."""
        outputs = [
            ops.cast(ops.round(255.0 * output), "uint8") if name in IMAGE_OUTPUTS else output
            for name, output in zip(self.outputs, self.network.outputs, strict=True)
        ]
        return dataclasses.replace(self, network=keras.Model(self.network.inputs, outputs, name=self.network.name))

    def sample_inputs(self, n: int, seed: int) -> dict[str, np.ndarray]:
        """Draws `n` of each input, by name; labels in turn."""
        shape = self.network.inputs[0].shape[1:]
        draw = {
            "normal": lambda: sample_codes(n, math.prod(shape), seed).reshape(n, *shape),
            "uniform image": lambda: np.random.default_rng(seed).random((n, *shape), np.float32),
            "label": lambda: labels_in_turn(n, self.num_classes),
            "truncation": lambda: np.linspace(*TRUNCATION, n).reshape(n, 1),
        }
        return {name: draw[distribution]().astype("float32") for name, distribution in self.inputs.items()}

    def describe_inputs(self, batch_size: int | None) -> list[dict]:
        """The manifest's entries."""
        return [
            {"name": name, "shape": [batch_size, *tensor.shape[1:]], "dtype": "float32", "distribution": distribution}
            for (name, distribution), tensor in zip(self.inputs.items(), self.network.inputs, strict=True)
        ]

    def signature(self, batch_size: int | None) -> list:
        """The inputs for `keras.Model.export`: in the list of the network's own structure where there are several."""
        specs = [
            keras.InputSpec(shape=tuple(entry["shape"]), dtype=entry["dtype"], name=entry["name"])
            for entry in self.describe_inputs(batch_size)
        ]
        return specs if len(specs) == 1 else [specs]


def _decoder(model) -> keras.Model | None:
    return model.decoder_network if hasattr(model, "decode") else None


def _encoder(model) -> keras.Model | None:
    return getattr(model, "encoder", None)


def _translator(direction: str):
    return lambda model: model.translators.get(direction) if hasattr(model, "translate") else None


def _style_generator(model) -> keras.Model | None:
    return model.generator if hasattr(model, "synthesize") else None


def _as_it_is(model, network):
    return network


# The network, what of it is written, and its inputs.
PARTS = {
    "decoder": (_decoder, lambda model, network: model.image_network(network), {"z": "normal"}),
    "encoder": (_encoder, _as_it_is, {"image": "uniform image"}),
    "mapping": (
        _style_generator,
        lambda model, network: model.mapping_of(network, truncated=True),
        {"z": "normal", "truncation": "truncation"},
    ),
    "synthesis": (
        _style_generator,
        lambda model, network: model.image_network(model.synthesis_of(network)),
        {"styles": "normal"},
    ),
    **{direction: (_translator(direction), _as_it_is, {"image": "uniform image"}) for direction in DIRECTIONS},
}
OUTPUTS = {"decoder": ("image",), "mapping": ("styles",), "synthesis": ("image",), **dict.fromkeys(DIRECTIONS, ("translated",))}
IMAGE_OUTPUTS = ("image", "translated")  # outputs in [0, 1]


def default_part(model) -> str:
    """Gives the part that draws: a translator's first direction, else the decoder."""
    return DIRECTIONS[0] if hasattr(model, "translate") else "decoder"


def resized(model, image_size: tuple[int, int] | None):
    """Gives a translator for images of another height and width; raises ValueError for a model that has one size."""
    if image_size in (None, tuple(model.image_shape[:2])):
        return model
    if not hasattr(model, "resized"):
        raise ValueError(
            f"image_size is for translators; other models have one size. Received: {image_size} for a "
            f"{type(model).__name__} of {tuple(model.image_shape[:2])}."
        )
    return model.resized(*image_size)


def check_part(part: str) -> None:
    """Raises ValueError for a part that no model has."""
    if part not in PARTS:
        raise ValueError(f"part must be one of {', '.join(map(repr, PARTS))}. Received: {part!r}.")


def resolve(model_or_name) -> GenerativeModel:
    """Gives a model as it is, and loads a preset by its name or path; raises ValueError for anything else."""
    if isinstance(model_or_name, (str, Path)):
        return presets.load(model_or_name)
    if not isinstance(model_or_name, GenerativeModel):
        raise ValueError(
            f"Export takes a kerasgen model, or a preset's name or path. Received: {type(model_or_name).__name__}."
        )
    return model_or_name


def select(model, part: str) -> Part:
    """Gives the part of a model as it samples: with the moving average of its weights where the optimizer keeps one.

    A model of another dtype policy is built once more in float32, as half floats in a graph are slow or refused on most
    devices. Raises ValueError for a model without that part, and for a network of other inputs.
    """
    check_part(part)
    find, cut, inputs = PARTS[part]
    network = find(model)
    if network is None:
        raise ValueError(f"part={part!r} needs a model that has it. Received: {type(model).__name__}.")
    trained = model.ema_network(network)
    if model.dtype_policy.name != "float32":
        twin = find(type(model).from_config({**model.get_config(), "dtype": "float32"}))
        twin.set_weights([weight.astype("float32") for weight in trained.get_weights()])
        trained = twin
    trained = cut(model, trained)
    if part == "decoder" and model.num_classes:
        inputs = {**inputs, "label": "label"}
    if len(trained.inputs) != len(inputs):
        raise ValueError(
            f"A network that is exported has the inputs {', '.join(inputs)}. "
            f"Received: {network.name} with {len(trained.inputs)}."
        )
    outputs = OUTPUTS.get(part) or tuple(trained.output_names)
    return Part(part, trained, inputs, outputs, getattr(model, "latent_dim", None), tuple(model.image_shape), model.num_classes)

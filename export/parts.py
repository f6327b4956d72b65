"""The parts of a model that can be exported, as networks in float32."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import keras
import numpy as np

from kerasgen import presets
from kerasgen.codes import draw_codes
from kerasgen.model import GenerativeModel


@dataclasses.dataclass(frozen=True)
class Part:
    """A float32 network with one input, and the names of its inputs and outputs in the file.

    `distribution` is that of the inputs: "normal" codes or "uniform" images in [0, 1].
    """

    name: str
    network: keras.Model
    input: str
    outputs: tuple[str, ...]
    distribution: str
    latent_dim: int
    image_shape: tuple[int, int, int]

    def draw_inputs(self, n: int, seed: int) -> np.ndarray:
        """Draws `n` inputs, float32."""
        if self.distribution == "normal":
            return draw_codes(n, self.latent_dim, seed)
        return np.random.default_rng(seed).random((n, *self.image_shape), dtype=np.float32)

    def signature(self, batch_size: int | None) -> list[keras.InputSpec]:
        """The input for `keras.Model.export`."""
        shape = (batch_size, *self.network.inputs[0].shape[1:])
        return [keras.InputSpec(shape=shape, dtype="float32", name=self.input)]


def _decoder(model) -> keras.Model | None:
    return model.decoder_network if hasattr(model, "decode") else None


def _encoder(model) -> keras.Model | None:
    return getattr(model, "encoder", None)


PARTS = {"decoder": (_decoder, "z", "normal"), "encoder": (_encoder, "image", "uniform")}


def check_part(part: str) -> None:
    """Raises ValueError for a part that no model has."""
    if part not in PARTS:
        raise ValueError(f"part must be one of {', '.join(map(repr, PARTS))}. Received: {part!r}.")


def resolve(model_or_name) -> GenerativeModel:
    """Gives a model as it is, and loads a preset by its name or path; raises ValueError for anything else."""
    if isinstance(model_or_name, (str, Path)):
        return presets.load(model_or_name)
    if not isinstance(model_or_name, GenerativeModel):
        raise ValueError("Export takes a kerasgen model, or a preset's name or path. "
                         f"Received: {type(model_or_name).__name__}.")
    return model_or_name


def select(model, part: str) -> Part:
    """Gives the part of a model as it samples: with the moving average of its weights where the optimiser keeps one.

    A model of another dtype policy is built once more in float32, as half floats in a graph are slow or refused on most
    devices. Raises ValueError for a model without that part, and for a network of several inputs.
    """
    check_part(part)
    find, name, distribution = PARTS[part]
    network = find(model)
    if network is None:
        raise ValueError(f"part={part!r} needs a model with {'an' if part[0] in 'aeiou' else 'a'} {part}. "
                         f"Received: {type(model).__name__}.")
    trained = model.averaged(network)
    if model.dtype_policy.name != "float32":
        twin = find(type(model).from_config({**model.get_config(), "dtype": "float32"}))
        twin.set_weights([weight.astype("float32") for weight in trained.get_weights()])
        trained = twin
    if len(trained.inputs) != 1:
        raise ValueError("Only networks of one input are exported. "
                         f"Received: {network.name} with {len(trained.inputs)}.")
    outputs = ("image",) if part == "decoder" else tuple(trained.output_names)
    return Part(part, trained, name, outputs, distribution, model.latent_dim, tuple(model.image_shape))

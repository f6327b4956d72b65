"""The weights of a preset for a model of other arguments, for images of another size too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from kerasgen.presets.store import describe, networks_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import keras

    from kerasgen.base.model import GenerativeModel

_STAGE = re.compile(r"(?:conv|norm|noise|maxout|from_image)_(\d+)(?=_|$)")


def stage_of(name: str) -> int | None:
    """Gives the stage in a layer's name, as `conv_1_a`; None where there is none."""
    found = _STAGE.match(name)
    return int(found[1]) if found else None


def layer_name(layer: keras.layers.Layer) -> str:
    """Gives the name of a layer, of the one inside where it is wrapped, as by `SpectralNormalization`."""
    import keras

    return layer.layer.name if isinstance(layer, keras.layers.Wrapper) else layer.name


def adapt(model: GenerativeModel, arguments: Mapping[str, object], load_weights: bool = True) -> GenerativeModel:
    """Gives a model that has `arguments` in place of the model's own, with its weights wherever they fit.

    At another size the inner stages keep their weights: `channels`, those of the largest resolution, are halved at each
    doubling of it unless `arguments` tell them. `fresh_layers` names the layers that kept none.

    Raises ValueError for arguments that the class refuses, and if a network would keep none of its layers.
    """
    given = {"dtype": model.dtype_policy.name, **describe(model).arguments, **arguments}
    adapted = type(model).from_config(given)
    octaves, channels = adapted.halvings - model.halvings, given.get("channels")
    if octaves and "channels" not in arguments and isinstance(channels, int):
        adapted = type(model).from_config({**given, "channels": max(1, round(channels / 2**octaves))})
    if load_weights:
        adapted.init, adapted.fresh_layers = model.init, copy_weights(model, adapted)
    if model.card is not None:
        adapted.card = msgspec.structs.replace(model.card, model=describe(adapted), weights=None, metrics={})
    return adapted


def copy_weights(source: GenerativeModel, target: GenerativeModel) -> tuple[str, ...]:
    """Copies the weights of layers with the same name, or the same stage from the inside, and the same shapes.

    Returns:
        "network/layer" of every layer that got none. Raises ValueError if that are all layers of a network of both models.
    """
    shift = target.halvings - source.halvings if target.stages_from_image else 0
    known = {network.name: network for network in networks_of(source)}
    fresh = []
    for network in networks_of(target):
        layers = {layer_name(layer): layer for layer in known[network.name].layers} if network.name in known else {}
        learned = {layer_name(layer): layer for layer in network.layers if layer.weights}
        missed = []
        for name, layer in learned.items():
            counterpart = layers.get(_shifted(name, -shift))
            if counterpart is not None and _shapes(counterpart) == _shapes(layer):
                layer.set_weights(counterpart.get_weights())
            else:
                missed.append(f"{network.name}/{name}")
        if layers and len(missed) == len(learned) > 0:
            raise ValueError(
                "The arguments must leave each network a layer that the preset's weights fit. "
                f"Received: arguments by which the {network.name} keeps none."
            )
        fresh += missed
    return tuple(fresh)


def _shifted(name: str, shift: int) -> str:
    found = _STAGE.match(name)
    return f"{name[: found.start(1)]}{int(found[1]) + shift}{name[found.end(1) :]}" if found and shift else name


def _shapes(layer: keras.layers.Layer) -> list[tuple[int, ...]]:
    return [weight.shape for weight in layer.weights]

"""Networks that are cut from a model's networks."""

from __future__ import annotations

from collections.abc import Callable

import keras


class NetworkParts:
    """Mixin of a model of whose networks parts are used; list it before the Keras base class."""

    def part(self, network: keras.Model, key: object, make: Callable[[], keras.Model]) -> keras.Model:
        """What `make` cuts from a network, made once for a key."""
        parts = self.__dict__.setdefault("_parts", _Parts()).found
        key = id(network), key
        if key not in parts:
            parts[key] = make(), network  # kept, so that no other takes its id
        return parts[key][0]


class _Parts:
    """Hides networks from Keras, which would otherwise count them among the model's layers."""

    def __init__(self) -> None:
        self.found: dict[tuple[int, object], tuple[keras.Model, keras.Model]] = {}

"""What adversarial networks share whose generator gives images in [-1, 1], and of whose networks parts are used."""

from __future__ import annotations

from collections.abc import Callable

import keras

from kerasgen.backend.typing import Tensor
from kerasgen.models.gan_base import BaseGAN


class BaseSignedGAN(BaseGAN):
    """Abstract base: a variant's `generator` gives images in [-1, 1], float32, or a list of which the last is the largest."""

    def shown_images(self, outputs: Tensor | list[Tensor]) -> list[Tensor]:
        """The generator's outputs as a list of images in [0, 1]: Keras gives a single output bare."""
        return [0.5 * (image + 1.0) for image in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]

    def part(self, network: keras.Model, key: object, make: Callable[[], keras.Model]) -> keras.Model:
        """What `make` cuts from a network, made once for a key."""
        parts = self.__dict__.setdefault("_parts", _Parts()).found
        key = id(network), key
        if key not in parts:
            parts[key] = make(), network  # kept, so that no other takes its id
        return parts[key][0]

    def image_network(self, network: keras.Model) -> keras.Model:
        def make() -> keras.Model:
            image = keras.layers.Rescaling(0.5, 0.5, dtype="float32", name="from_plus_minus_one")(network.outputs[-1])
            image = keras.layers.ReLU(max_value=1.0, dtype="float32", name="image")(image)
            return keras.Model(network.input, image, name=network.name)

        return self.part(network, "image_network", make)


class _Parts:
    """Hides networks from Keras, which would otherwise count them among the model's layers."""

    def __init__(self) -> None:
        self.found: dict[tuple[int, object], tuple[keras.Model, keras.Model]] = {}

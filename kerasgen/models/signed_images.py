"""What adversarial networks share whose generator gives images in [-1, 1], and of whose networks parts are used."""

from __future__ import annotations

import keras

from kerasgen.backend.typing import Tensor
from kerasgen.base.parts import NetworkParts
from kerasgen.models.gan_base import BaseGAN


class BaseSignedGAN(NetworkParts, BaseGAN):
    """Abstract base: a variant's `generator` gives images in [-1, 1], float32, or a list of which the last is the largest."""

    def shown_images(self, outputs: Tensor | list[Tensor]) -> list[Tensor]:
        """The generator's outputs as a list of images in [0, 1]: Keras gives a single output bare."""
        return [0.5 * (image + 1.0) for image in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]

    def image_network(self, network: keras.Model) -> keras.Model:
        def make() -> keras.Model:
            image = keras.layers.Rescaling(0.5, 0.5, dtype="float32", name="from_plus_minus_one")(network.outputs[-1])
            image = keras.layers.ReLU(max_value=1.0, dtype="float32", name="image")(image)
            return keras.Model(network.input, image, name=network.name)

        return self.part(network, "image_network", make)

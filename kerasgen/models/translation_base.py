"""What models that turn images of one kind into images of another share."""

from __future__ import annotations

import abc

import keras
import numpy as np

from kerasgen.backend.typing import Array, Tensor
from kerasgen.base.checks import ImageInput, TrainingData
from kerasgen.base.model import GenerativeModel
from kerasgen.base.prediction import predict
from kerasgen.images import to_float
from kerasgen.images.check import check_images

DIRECTIONS = ("a_to_b", "b_to_a")


class BaseTranslator(GenerativeModel):
    """Abstract base of translators: from images of kind a, the sources, to images of kind b, the targets, or both ways.

    `fit(x, y)` takes sources and targets, `fit(batches)` batches of both: `kerasgen.data.load_pairs`, `load_unpaired`.
    `image_shape` is that of the targets.
    """

    paired = True  # whether a target belongs to each source

    @property
    def source_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of the sources."""
        return self.image_shape

    @property
    @abc.abstractmethod
    def translators(self) -> dict[str, keras.Model]:
        """The networks by the direction they translate in, of `DIRECTIONS`."""

    @property
    def directions(self) -> tuple[str, ...]:
        """The directions that the model has, of `DIRECTIONS`."""
        return tuple(self.translators)

    def translate(self, x: Array, direction: str = "a_to_b", batch_size: int = 16) -> np.ndarray:
        """Turns images into images of the other kind.

        Args:
            x: (n, height, width, channels), float in [0, 1] or uint8.
            direction: "a_to_b" or "b_to_a".

        Returns:
            (n, height, width, channels) float32 in [0, 1]. Raises ValueError for a direction that the model does not have,
            and for images of another shape.
        """
        network = self.translator(direction)
        x = np.asarray(keras.ops.convert_to_numpy(x))
        check_images(x, network.input_shape[1:], "x")
        return predict(self.ema_network(network), to_float(x), batch_size)

    def translator(self, direction: str) -> keras.Model:
        """Gives the network of a direction; raises ValueError for one that the model does not have."""
        if direction not in self.directions:
            raise ValueError(
                f"direction must be one that a {type(self).__name__} has: {', '.join(self.directions)}. "
                f"Received: {direction!r}."
            )
        return self.translators[direction]

    def resized(self, height: int, width: int) -> BaseTranslator:
        """Gives a model whose translators have the same weights, for images of another size.

        Raises ValueError for a size that the networks cannot have.
        """
        arguments = {name: getattr(self, name) for name in self.arguments()}
        arguments |= {"image_shape": (height, width, self.image_shape[2]), "dtype": self.dtype_policy}
        twin = type(self)(**arguments)
        for network, other in zip(self.translators.values(), twin.translators.values(), strict=True):
            other.set_weights(self.ema_network(network).get_weights())
        return twin

    @property
    def training_data(self) -> TrainingData:
        return TrainingData(self.source_shape, self.image_shape, pairs=True)

    @property
    def input_data(self) -> ImageInput:
        return ImageInput(self.source_shape)

    def call(self, x: Tensor, training: bool = False) -> Tensor:
        """Sources to targets."""
        return self.translator("a_to_b")(x, training=training)

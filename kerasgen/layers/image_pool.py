"""The pool of earlier images (Shrivastava et al. 2017, arXiv:1612.07828, section 2.3)."""

from __future__ import annotations

import keras
from keras import ops

from kerasgen.backend.typing import Tensor


class ImagePool(keras.layers.Layer):
    """Keeps `size` generated images, so that a discriminator is trained on a history of them.

    An image that comes is shown as it is with probability 1/2; else one of the pool is shown in its place, and the new one
    takes that place. Until the pool is full, all are shown and kept. The pool's images are weights that are not trained: a
    file of the model has them.
    """

    def __init__(self, size: int, image_shape: tuple[int, int, int], *, name: str | None = None) -> None:
        super().__init__(name=name, dtype="float32")
        self.size = size
        first = "only_first_replica"  # all show the images that it keeps
        self.images = self.add_weight((size, *image_shape), "zeros", trainable=False, aggregation=first, name="images")
        self.kept = self.add_weight((), "zeros", "int32", trainable=False, aggregation=first, name="kept")
        self.built = True

    def query(self, images: Tensor, places: Tensor, coins: Tensor) -> Tensor:
        """Gives images to show for new ones, and keeps the new ones it does not show.

        Args:
            images: new ones (batch, height, width, channels), `size` at most.
            places: random numbers (size,), in whose order places are taken.
            coins: numbers in [0, 1] (batch,): below 1/2 shows the new image.
        """
        batch = ops.shape(images)[0]
        images = ops.cast(images, "float32")
        pool, kept = ops.convert_to_tensor(self.images), ops.convert_to_tensor(self.kept)
        filling = kept + batch <= self.size
        taken = ops.cast(ops.arange(self.size) < kept, "float32")
        drawn = ops.argsort(places - 1e6 * taken)[:batch]  # of the places that are taken
        slots = ops.where(filling, kept + ops.arange(batch), ops.cast(drawn, "int32"))
        old = ops.take(pool, slots, axis=0)
        fresh = ops.logical_or(filling, coins < 0.5)[:, None, None, None]
        stored = ops.where(ops.logical_and(fresh, ops.logical_not(filling)), old, images)
        self.images.assign(ops.scatter_update(pool, slots[:, None], stored))
        self.kept.assign(ops.where(filling, kept + batch, kept))
        return ops.where(fresh, images, old)

"""The probability of augmentation, set by how much the discriminator overfits (Karras et al. 2020, arXiv:2006.06676)."""

from __future__ import annotations

import keras
from keras import ops

from kerasgen import backend
from kerasgen.backend.typing import Tensor

INTERVAL = 4  # batches from one adjustment to the next


class AdaptiveProbability(keras.layers.Layer):
    """Holds `p` of section 3.1, which rises while r_t is above a target: the mean sign of D's outputs for real images.

    Every fourth batch p goes a step up or down, as large as the share that these batches' images are of `images`, and stays in
    [0, 1]: beyond 1, where the paper lets it go, no transform can be applied more often. All numbers are weights that are not
    trained: a file of the model has them.

    Args:
        target: of r_t.
        images: shown while p goes from 0 to 1, at the fastest.
        name: of the layer.
    """

    def __init__(self, target: float, images: int, *, name: str | None = None) -> None:
        super().__init__(name=name, dtype="float32")
        self.target, self.images = target, images
        self.p, self.signs, self.seen, self.batches = (
            # Replicas have their own parts of a batch.
            self.add_weight(shape=(), initializer="zeros", trainable=False, aggregation="mean", name=each)
            for each in ("p", "signs", "seen", "batches")
        )
        self.built = True

    def update(self, sign: Tensor, images: Tensor | int) -> None:
        """Takes the mean sign of a batch of so many images."""
        sign, images = backend.mean_over_replicas(sign), ops.cast(images, "float32") * backend.replicas()
        signs, seen, batches = self.signs + sign * images, self.seen + images, self.batches + 1.0
        due = ops.equal(batches, float(INTERVAL))
        step = ops.where(due, ops.sign(signs / seen - self.target) * seen / self.images, 0.0)
        self.p.assign(ops.clip(self.p + step, 0.0, 1.0))
        for variable, value in ((self.signs, signs), (self.seen, seen), (self.batches, batches)):
            variable.assign(ops.where(due, 0.0, value))

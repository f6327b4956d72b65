"""Images in memory as batches for `fit`."""

import numpy as np

from kerasgen.data.epochs import EpochBatches
from kerasgen.images import to_float
from kerasgen.images.check import check_batch_size, check_images


class ImageBatches(EpochBatches):
    """Batches of float32 images (batch, height, width, channels) in [0, 1], with labels: (images, int32 labels).

    Order and mirroring of epoch e are a function of (seed, e) alone.

    Args:
        images: array (N, height, width, channels), uint8 or float in [0, 1]; kept as it is, not copied.
        labels: integers (N,), or None.
        class_names: the names of labels 0, 1, ..., or None.
        mirror: flip each image left to right with probability 1/2, drawn anew an epoch.
        binarize: make each pixel 1 with its own value as the probability, else 0 (Salakhutdinov and Murray 2008), drawn anew
            an epoch where `shuffle` is on and once and for all where it is off.
        shuffle: draw a new order each epoch.
        drop_remainder: leave out the last, incomplete batch; as `shuffle` if None.

    Raises ValueError for a batch size that is not positive or leaves no batch, for labels that do not fit the images,
    and for images that `check_images` refuses.
    """

    def __init__(
        self,
        images: np.ndarray,
        labels: np.ndarray | None = None,
        batch_size: int = 64,
        *,
        class_names: list[str] | None = None,
        mirror: bool = False,
        binarize: bool = False,
        shuffle: bool = True,
        seed: int = 0,
        drop_remainder: bool | None = None,
    ):
        super().__init__()
        check_images(images)
        if labels is not None:
            labels = np.asarray(labels)
            if labels.shape != (len(images),) or not np.issubdtype(labels.dtype, np.integer):
                raise ValueError(
                    f"`labels` must be {len(images)} integers, one an image. "
                    f"Received: shape {labels.shape}, dtype {labels.dtype}"
                )
            labels = labels.astype("int32")
        self.drop_remainder = shuffle if drop_remainder is None else drop_remainder
        self.batch_size = check_batch_size(batch_size, len(images), self.drop_remainder)
        self.labels = labels
        self.class_names = class_names
        self.mirror = mirror
        self.binarize = binarize
        self.shuffle = shuffle
        self.seed = seed
        self._images = images
        self._weights = None
        self._plan = (None, None, None)

    @property
    def num_images(self) -> int:
        """The number of images, those of a dropped remainder included."""
        return len(self._images)

    @property
    def weights(self) -> np.ndarray | None:
        """Probabilities (N,) by which the images of an epoch are drawn, with replacement; None shows each once.

        Setting them raises ValueError unless they are N finite numbers from 0 that sum to 1.
        """
        return self._weights

    @weights.setter
    def weights(self, weights: np.ndarray | None) -> None:
        if weights is not None:
            weights = np.asarray(weights, dtype="float64")
            if weights.shape != (self.num_images,) or not (weights >= 0).all() or abs(weights.sum() - 1.0) > 1e-6:
                raise ValueError(
                    f"`weights` must be {self.num_images} numbers from 0 that sum to 1. Received: shape "
                    f"{weights.shape}, sum {weights.sum():g}"
                )
        self._weights = weights
        self._plan = (None, None, None)

    @property
    def source(self):
        """What the images are taken from: an array, or one that is drawn when it is asked for, as `Sprites`."""
        return self._images

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        return self._images.shape[1:]

    def images(self, chosen: np.ndarray | slice = slice(None)) -> np.ndarray:
        """Gives all images, or those chosen: float32 in [0, 1], in the source's order, never mirrored, as `labels` are."""
        images = to_float(self._images[chosen])
        return self._binary(images, np.arange(self.num_images)[chosen], 0) if self.binarize else images

    def __len__(self) -> int:
        rounding = 0 if self.drop_remainder else self.batch_size - 1
        return (self.num_images + rounding) // self.batch_size

    def batch(self, index: int):
        order, flips = self._order(self.epoch)
        chosen = order[index * self.batch_size : (index + 1) * self.batch_size]
        batch = to_float(self._images[chosen])
        if self.mirror:
            turned = flips[chosen]
            batch[turned] = batch[turned, :, ::-1]
        if self.binarize:
            batch = self._binary(batch, chosen, self.epoch if self.shuffle else 0)
        return batch if self.labels is None else (batch, self.labels[chosen])

    def _binary(self, images: np.ndarray, indices: np.ndarray, epoch: int) -> np.ndarray:
        """Draws the bits of the images with these indices, the same ones each time in one epoch."""
        size = int(np.prod(self.image_shape))
        thresholds = np.stack(
            [np.random.default_rng([self.seed, epoch, index]).random(size, dtype="float32") for index in indices.tolist()]
        )
        return (thresholds.reshape(images.shape) < images).astype("float32")

    def _order(self, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        planned, order, flips = self._plan
        wanted = (self.seed, epoch, self.shuffle)
        if planned != wanted:
            rng = np.random.default_rng([self.seed, epoch])
            # Drawn in any case, so that mirroring does not depend on whether the order is shuffled.
            order = rng.permutation(self.num_images)
            if self.weights is not None:
                order = rng.choice(self.num_images, self.num_images, p=self.weights)
            flips = rng.random(self.num_images) < 0.5
            if not self.shuffle and self.weights is None:
                order = np.arange(self.num_images)
            # One assignment: tf.data asks from its own thread.
            self._plan = (wanted, order, flips)
        return order, flips

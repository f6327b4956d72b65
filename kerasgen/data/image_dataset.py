"""Images, with or without labels, as batches for `fit`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kerasgen.data.dataset import Dataset, ImageShape, split_indices
from kerasgen.data.lazy import Cached, Images, LazyImages, Subset
from kerasgen.images import to_float
from kerasgen.images.check import check_images


class ImageDataset(Dataset):
    """Batches of float32 images (batch, height, width, channels) in [0, 1], with labels: (images, int32 labels).

    Order and mirroring of epoch e are a function of (seed, e) alone.

    Args:
        images: array (N, height, width, channels), uint8 or float in [0, 1], kept as it is, not copied; or `LazyImages`, of
            which up to 512 MiB are kept once they were made, where that is what costs.
        labels: integers (N,), or None.
        class_names: the names of labels 0, 1, ..., or None.
        mirror: flip each image left to right with probability 1/2, anew each epoch.
        binarize: make each pixel 1 with its own value as the probability, else 0 (Salakhutdinov and Murray 2008), anew each
            epoch where `shuffle` is on and once and for all where it is off.
        shuffle: take a new order each epoch.
        drop_remainder: leave out the last, incomplete batch; as `shuffle` if None.

    Raises ValueError for a batch size that is not positive or leaves no batch, for labels that do not fit the images,
    and for images that `check_images` refuses.
    """

    def __init__(
        self,
        images: Images,
        labels: np.ndarray | Sequence[int] | None = None,
        batch_size: int = 64,
        *,
        class_names: list[str] | None = None,
        mirror: bool = False,
        binarize: bool = False,
        shuffle: bool = True,
        seed: int = 0,
        drop_remainder: bool | None = None,
    ) -> None:
        check_images(images)
        if labels is not None:
            labels = np.asarray(labels)
            if labels.shape != (len(images),) or not np.issubdtype(labels.dtype, np.integer):
                raise ValueError(
                    f"`labels` must be {len(images)} integers, one an image. "
                    f"Received: shape {labels.shape}, dtype {labels.dtype}"
                )
            labels = labels.astype("int32")
        super().__init__(len(images), batch_size, shuffle if drop_remainder is None else drop_remainder)
        self.labels = labels
        self.class_names = class_names
        self.mirror = mirror
        self.binarize = binarize
        self.shuffle = shuffle
        self.seed = seed
        self._images = Cached(images) if isinstance(images, LazyImages) and images.costly else images
        self._weights: np.ndarray | None = None
        self._plan: tuple[tuple[int, int, bool], np.ndarray, np.ndarray] | None = None

    @property
    def weights(self) -> np.ndarray | None:
        """Probabilities (N,) by which the images of an epoch are sampled, with replacement; None shows each once.

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
        self._plan = None

    @property
    def source(self) -> Images:
        """What the images are taken from: an array, or `LazyImages` as `Sprites`, which know more of their images."""
        return self._images

    @property
    def image_shapes(self) -> tuple[ImageShape]:
        height, width, channels = self._images.shape[1:]
        return ((height, width, channels),)

    def images(self, chosen: np.ndarray | slice = slice(None)) -> np.ndarray:
        images = to_float(self._images[chosen])
        return self._binary(images, np.arange(self.num_images)[chosen], 0) if self.binarize else images

    def split(self, fraction: float, seed: int = 0) -> tuple[ImageDataset, ImageDataset]:
        first, second = split_indices(self.num_images, fraction, seed)
        return self._subset(first), self._subset(second)

    def batch(self, index: int) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
        return self._made(index, slice(None))

    def shared(self, index: int) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
        return self._made(index, self.part(index))

    def _made(self, index: int, part: slice) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
        """Makes a part of a batch, and no other image of it."""
        order, flips = self._order(self.epoch)
        chosen = order[index * self.batch_size : (index + 1) * self.batch_size][part]
        batch = to_float(self._images[chosen])
        if self.mirror:
            turned = flips[chosen]
            batch[turned] = batch[turned, :, ::-1]
        if self.binarize:
            batch = self._binary(batch, chosen, self.epoch if self.shuffle else 0)
        return batch if self.labels is None else (batch, self.labels[chosen])

    def _subset(self, indices: np.ndarray) -> ImageDataset:
        return ImageDataset(
            Subset(self._images, indices),
            None if self.labels is None else self.labels[indices],
            min(self.batch_size, len(indices)),
            class_names=self.class_names,
            mirror=self.mirror,
            binarize=self.binarize,
            shuffle=self.shuffle,
            seed=self.seed,
            drop_remainder=self.drop_remainder,
        )

    def _binary(self, images: np.ndarray, indices: np.ndarray, epoch: int) -> np.ndarray:
        """Samples the bits of the images with these indices, the same ones each time in one epoch."""
        size = int(np.prod(self.image_shape))
        thresholds = [
            np.random.default_rng([self.seed, epoch, index]).random(size, dtype="float32")
            for index in np.ravel(indices).tolist()
        ]
        return (np.reshape(thresholds, images.shape) < images).astype("float32")

    def _order(self, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        wanted = (self.seed, epoch, self.shuffle)
        plan = self._plan
        if plan is None or plan[0] != wanted:
            rng = np.random.default_rng([self.seed, epoch])
            # Drawn in any case, so that mirroring does not depend on whether the order is shuffled.
            order = rng.permutation(self.num_images)
            if self.weights is not None:
                order = rng.choice(self.num_images, self.num_images, p=self.weights)
            flips = rng.random(self.num_images) < 0.5
            if not self.shuffle and self.weights is None:
                order = np.arange(self.num_images)
            # One assignment: tf.data asks from its own thread.
            plan = self._plan = (wanted, order, flips)
        return plan[1:]

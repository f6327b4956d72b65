"""Pairs of images that belong together, as batches for the `fit` of a translator."""

from __future__ import annotations

import copy

import numpy as np

from kerasgen.data.dataset import Dataset, ImageShape
from kerasgen.data.image_dataset import ImageDataset
from kerasgen.data.lazy import Images, Joined, LazyImages
from kerasgen.images.check import check_images


class PairedDataset(Dataset):
    """Batches (sources, targets) of float32 images in [0, 1] that belong together; what is done to one is done to both.

    Order, mirroring and crops of epoch e are a function of (seed, e) alone.

    Args:
        sources, targets: images (N, height, width, channels), uint8 or float in [0, 1], of one height and width; arrays, or
            `LazyImages` as for `ImageDataset`.
        crop: (height, width) that is cut from each pair, at random where `shuffle` is on and from the middle where it is off;
            None takes all.
        mirror, shuffle, seed, drop_remainder: as `ImageDataset`.
    """

    def __init__(
        self,
        sources: Images,
        targets: Images,
        batch_size: int = 16,
        *,
        crop: tuple[int, int] | None = None,
        mirror: bool = False,
        shuffle: bool = True,
        seed: int = 0,
        drop_remainder: bool | None = None,
    ) -> None:
        for name, images in (("sources", sources), ("targets", targets)):
            check_images(images, name=name)
        if sources.shape[:3] != targets.shape[:3] or sources.dtype != targets.dtype:
            raise ValueError(
                "Sources and targets must agree in number, height, width and dtype. Received: "
                f"{sources.shape} {sources.dtype} and {targets.shape} {targets.dtype}."
            )
        if crop is not None and any(not 0 < part <= whole for part, whole in zip(crop, sources.shape[1:3], strict=True)):
            raise ValueError(f"A crop must lie in the images, {sources.shape[1:3]}. Received: crop={crop}.")
        lazy = isinstance(sources, LazyImages) or isinstance(targets, LazyImages)
        self._both = ImageDataset(
            Joined(sources, targets) if lazy else np.concatenate([sources, targets], axis=-1),
            batch_size=batch_size,
            mirror=mirror,
            shuffle=shuffle,
            seed=seed,
            drop_remainder=drop_remainder,
        )
        super().__init__(self._both.num_images, batch_size, self._both.drop_remainder)
        self._channels = sources.shape[-1]
        height, width = crop or sources.shape[1:3]
        self._size = (height, width)

    @property
    def image_shapes(self) -> tuple[ImageShape, ImageShape]:
        """(height, width, channels) of the sources and of the targets."""
        return (*self._size, self._channels), (*self._size, self._both.image_shape[-1] - self._channels)

    def images(self, chosen: np.ndarray | slice = slice(None)) -> tuple[np.ndarray, np.ndarray]:
        """Gives all sources and targets, or those chosen, in the source's order: never mirrored, from the middle."""
        both = self._both.images(chosen)
        return self._apart(self._cut(both, np.tile(self._room // 2, (len(both), 1))))

    def split(self, fraction: float, seed: int = 0) -> tuple[PairedDataset, PairedDataset]:
        first, second = self._both.split(fraction, seed)
        return self._with(first), self._with(second)

    def batch(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        self._both.epoch = self.epoch
        both = self._both.batch(index)
        assert isinstance(both, np.ndarray), "pairs have no labels"
        if self._both.shuffle:
            rng = np.random.default_rng([self._both.seed, self.epoch, index])
            shifts = rng.integers(self._room + 1, size=(len(both), 2))
        else:
            shifts = np.tile(self._room // 2, (len(both), 1))
        return self._apart(self._cut(both, shifts))

    @property
    def _room(self) -> np.ndarray:
        """Rows and columns by which the images are larger than a crop."""
        return np.array([whole - part for whole, part in zip(self._both.image_shape, self._size, strict=False)])

    def _with(self, both: ImageDataset) -> PairedDataset:
        part = copy.copy(self)
        Dataset.__init__(part, both.num_images, both.batch_size, both.drop_remainder)
        part._both = both
        return part

    def _cut(self, images: np.ndarray, corners: np.ndarray) -> np.ndarray:
        height, width = self._size
        return np.stack(
            [image[top : top + height, left : left + width] for image, (top, left) in zip(images, corners, strict=True)]
        )

    def _apart(self, both: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return both[..., : self._channels], both[..., self._channels :]

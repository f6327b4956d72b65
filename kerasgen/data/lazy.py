"""Images that are made when they are asked for: they are indexed like arrays, and datasets take them in place of arrays."""

from __future__ import annotations

import abc
import math
from collections.abc import Callable

import numpy as np

CACHE_BYTES = 512 * 2**20  # of decoded images that a dataset keeps


class LazyImages(abc.ABC):
    """Images (N, height, width, channels) that are made when they are asked for.

    `images[chosen]` takes what numpy takes along the first axis and gives an array, `np.asarray(images)` all of them.
    """

    dtype = np.dtype("uint8")
    ndim = 4
    costly = False  # whether an image is better kept than made anew

    def __init__(self, num_images: int, image_shape: tuple[int, ...]) -> None:
        self.shape = (num_images, *image_shape)

    @abc.abstractmethod
    def take(self, indices: np.ndarray) -> np.ndarray:
        """Makes the images of indices (n,), whole numbers from 0."""

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, chosen: int | slice | np.ndarray) -> np.ndarray:
        if isinstance(chosen, np.ndarray) and chosen.dtype.kind == "i" and chosen.ndim == 1 and chosen.min(initial=0) >= 0:
            return self.take(chosen)  # what a batch asks for, without numbers for all images
        indices = np.arange(len(self))[chosen]
        return self.take(indices) if indices.ndim else self.take(indices[None])[0]

    def __array__(self, dtype: np.dtype | None = None, copy: bool | None = None) -> np.ndarray:
        return np.asarray(self[:], dtype=dtype)


Images = np.ndarray | LazyImages


class Subset(LazyImages):
    """Some of other images, by their indices."""

    def __init__(self, images: Images, indices: np.ndarray) -> None:
        super().__init__(len(indices), images.shape[1:])
        self.images = images
        self.indices = indices
        self.dtype = images.dtype
        self.costly = isinstance(images, LazyImages) and images.costly

    def take(self, indices: np.ndarray) -> np.ndarray:
        return self.images[self.indices[indices]]


class Mapped(LazyImages):
    """What a function makes of each of other images; it gives all of them one shape."""

    def __init__(self, images: LazyImages, function: Callable[[np.ndarray], np.ndarray]) -> None:
        super().__init__(len(images), function(images[0]).shape)
        self.images = images
        self.function = function
        self.costly = images.costly

    def take(self, indices: np.ndarray) -> np.ndarray:
        return self.map(self.images[indices])

    def map(self, images: np.ndarray) -> np.ndarray:
        """Applies the function to images that were taken."""
        return np.stack([self.function(image) for image in images])


class Joined(LazyImages):
    """Two sets of images of equal number and size, their channels one after the other; what both are made of is made once."""

    def __init__(self, first: Images, second: Images) -> None:
        super().__init__(len(first), (*first.shape[1:3], first.shape[3] + second.shape[3]))
        self.parts = first, second
        self.costly = any(isinstance(part, LazyImages) and part.costly for part in self.parts)

    def take(self, indices: np.ndarray) -> np.ndarray:
        origins = [part.images if isinstance(part, Mapped) else part for part in self.parts]
        taken = {id(origin): origin[indices] for origin in {id(origin): origin for origin in origins}.values()}
        images = [taken[id(origin)] for origin in origins]
        pairs = zip(self.parts, images, strict=True)
        return np.concatenate([part.map(each) if isinstance(part, Mapped) else each for part, each in pairs], axis=-1)


class Cached(LazyImages):
    """Images of which the first ones, `CACHE_BYTES` of them at most, are kept once they were made.

    The rest is made anew each time: an epoch in random order leaves no better choice.
    """

    def __init__(self, images: LazyImages) -> None:
        super().__init__(len(images), images.shape[1:])
        self.images = images
        count = min(len(images), CACHE_BYTES // math.prod(images.shape[1:]))
        self._kept = np.empty((count, *images.shape[1:]), dtype="uint8")  # of which the system gives what is written to
        self._known = np.zeros(len(images), dtype=bool)

    def take(self, indices: np.ndarray) -> np.ndarray:
        inside = indices < len(self._kept)
        new = np.unique(indices[inside & ~self._known[indices]])
        if len(new):
            self._kept[new] = self.images[new]
            self._known[new] = True
        if inside.all():
            return self._kept[indices]
        result = np.empty((len(indices), *self.shape[1:]), dtype="uint8")
        result[inside] = self._kept[indices[inside]]
        result[~inside] = self.images[indices[~inside]]
        return result

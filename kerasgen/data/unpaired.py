"""Two sets of images of different length, for translators that learn without pairs."""

from __future__ import annotations

import copy
import os
from collections.abc import Sequence

import numpy as np

from kerasgen.data.dataset import Dataset, ImageShape
from kerasgen.data.image_dataset import ImageDataset
from kerasgen.data.lazy import Images
from kerasgen.data.pairs import read_class
from kerasgen.data.sizes import check_image_size
from kerasgen.images.opening import WHITE, Background


class UnpairedDataset(Dataset):
    """Batches (a, b) of float32 images in [0, 1] from two sets, each in an order of its own; an epoch is the longer one.

    Incomplete batches are left out. The order is a function of the seed and the epoch alone. `num_images` is that of the larger
    set.

    Args:
        a, b: images (N, height, width, channels) of one shape an image, uint8 or float in [0, 1]; arrays, or `LazyImages` as
            for `ImageDataset`.
        mirror, shuffle, seed: as `ImageDataset`.
    """

    def __init__(
        self, a: Images, b: Images, batch_size: int = 1, *, mirror: bool = False, shuffle: bool = True, seed: int = 0
    ) -> None:
        first, second = (
            ImageDataset(images, None, batch_size, mirror=mirror, shuffle=shuffle, seed=seed + place, drop_remainder=True)
            for place, images in enumerate((a, b))
        )
        if first.image_shape != second.image_shape:
            raise ValueError(
                f"The images of both sets must have one shape. Received: {first.image_shape} and {second.image_shape}."
            )
        self._take(first, second)

    @property
    def image_shapes(self) -> tuple[ImageShape, ImageShape]:
        """(height, width, channels) of both."""
        return self.domains[0].image_shape, self.domains[1].image_shape

    def images(self, chosen: np.ndarray | slice = slice(None)) -> tuple[np.ndarray, np.ndarray]:
        """Gives all images of both sets, or those chosen in each, in the source's order, never mirrored."""
        return self.domains[0].images(chosen), self.domains[1].images(chosen)

    def split(self, fraction: float, seed: int = 0) -> tuple[UnpairedDataset, UnpairedDataset]:
        """Gives two datasets without a common image; each set is split by `fraction`, as `Dataset.split` tells."""
        (first_a, second_a), (first_b, second_b) = (domain.split(fraction, seed) for domain in self.domains)
        return copy.copy(self)._take(first_a, first_b), copy.copy(self)._take(second_a, second_b)

    def __len__(self) -> int:
        return max(map(len, self.domains))

    def batch(self, index: int) -> tuple[np.ndarray, ...]:
        shown = []
        for domain in self.domains:
            domain.epoch, place = divmod(self.epoch * len(self) + index, len(domain))
            batch = domain.batch(place)
            assert isinstance(batch, np.ndarray), "domains have no labels"
            shown.append(batch)
        return tuple(shown)

    def _take(self, first: ImageDataset, second: ImageDataset) -> UnpairedDataset:
        first.batch_size = second.batch_size = min(first.batch_size, second.batch_size)  # parts may be smaller than a batch
        super().__init__(max(first.num_images, second.num_images), first.batch_size, drop_remainder=True)
        self.domains = first, second
        return self


def load_unpaired(
    source: str | os.PathLike[str],
    domains: Sequence[str],
    split: str = "train",
    image_size: int | tuple[int, int] | None = None,
    batch_size: int = 1,
    *,
    label: str | None = None,
    channels: int | None = None,
    mirror: bool = False,
    shuffle: bool | None = None,
    seed: int = 0,
    skip_corrupt: bool = False,
    background: Background = WHITE,
    data_dir: str | os.PathLike[str] | None = None,
) -> UnpairedDataset:
    """Loads two sets of images as a `Dataset` of batches (a, b) for the `fit` of a translator.

    Args:
        source: what `load` takes: a tensorflow-datasets set or a folder.
        domains: the names of a and b: classes of `label`, as ("historical", "modern") of portraits' "era"; without a label
            what ends the split's name, as ("A", "B") of `trainA` and `trainB` in "cycle_gan/horse2zebra" and in the
            folders of CycleGAN's archives.
        split: "train" or "test", without a slice.
        image_size: int or (height, width), as in `load`.
        label: the label of which the domains are classes.
        channels: 1 or 3 converts; None keeps them.
        mirror, seed: as `UnpairedDataset`.
        shuffle: True for the train split and False for others if None.
        skip_corrupt, background, data_dir: as in `load`.

    Raises ValueError unless there are two domains, and what `load` raises.
    """
    if len(domains) != 2 or isinstance(domains, str):
        raise ValueError(f"There must be two domains. Received: {domains!r}.")
    size = check_image_size(image_size)

    def where(domain: str) -> dict[str, str] | None:
        return {label: domain} if label else None

    a, b = (
        read_class(
            source, split if label else split + domain, size, channels, where(domain), data_dir, skip_corrupt, background
        )
        for domain in domains
    )
    shuffle = split.startswith("train") if shuffle is None else shuffle
    return UnpairedDataset(a, b, batch_size, mirror=mirror, shuffle=shuffle, seed=seed)

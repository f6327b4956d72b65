"""Two sets of images of different length, for translators that learn without pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kerasgen.data.batches import ImageBatches
from kerasgen.data.epochs import EpochBatches
from kerasgen.data.pairs import load_class


class UnpairedBatches(EpochBatches):
    """Batches (a, b) of float32 images in [0, 1] from two sets, each in an order of its own; an epoch is the longer one.

    Incomplete batches are left out. The order is a function of the seed and the epoch alone.

    Args:
        a, b: arrays (N, height, width, channels) of one shape an image, uint8 or float in [0, 1].
        mirror, shuffle, seed: as `ImageBatches`.
    """

    def __init__(
        self, a: np.ndarray, b: np.ndarray, batch_size: int = 1, *, mirror: bool = False, shuffle: bool = True, seed: int = 0
    ):
        super().__init__()
        options = {"batch_size": batch_size, "mirror": mirror, "shuffle": shuffle, "drop_remainder": True}
        self.domains = ImageBatches(a, seed=seed, **options), ImageBatches(b, seed=seed + 1, **options)
        shapes = self.image_shapes
        if shapes[0] != shapes[1]:
            raise ValueError(f"The images of both sets must have one shape. Received: {shapes[0]} and {shapes[1]}.")

    @property
    def batch_size(self) -> int:
        return self.domains[0].batch_size

    @property
    def num_images(self) -> int:
        """The number of images of the larger set."""
        return max(domain.num_images for domain in self.domains)

    @property
    def image_shapes(self) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
        """(height, width, channels) of both."""
        return tuple(tuple(domain.image_shape) for domain in self.domains)

    def images(self, chosen: np.ndarray | slice = slice(None)) -> tuple[np.ndarray, np.ndarray]:
        """Gives all images of both sets, or those chosen in each, in the source's order, never mirrored."""
        return tuple(domain.images(chosen) for domain in self.domains)

    def __len__(self) -> int:
        return max(map(len, self.domains))

    def batch(self, index: int):
        shown = []
        for domain in self.domains:
            domain.epoch, place = divmod(self.epoch * len(self) + index, len(domain))
            shown.append(domain.batch(place))
        return tuple(shown)


def load_unpaired(
    source,
    domains: Sequence[str],
    split: str = "train",
    image_size: int | None = None,
    batch_size: int = 1,
    *,
    label: str | None = None,
    channels: int | None = None,
    data_dir=None,
    **options,
) -> UnpairedBatches:
    """Loads two sets of images as batches (a, b) for the `fit` of a translator.

    Args:
        source: what `load` takes: a tensorflow-datasets set or a folder.
        domains: the names of a and b: classes of `label`, as ("historical", "modern") of portraits' "era"; without a label
            what ends the split's name, as ("A", "B") of `trainA` and `trainB` in "cycle_gan/horse2zebra" and in the
            folders of CycleGAN's archives.
        split: "train" or "test", without a slice.
        image_size: side in pixels.
        **options: `mirror`, `shuffle`, `seed`, as `UnpairedBatches`.

    Raises ValueError unless there are two domains, and what `load` raises.
    """
    if len(domains) != 2 or isinstance(domains, str):
        raise ValueError(f"There must be two domains. Received: {domains!r}.")
    options.setdefault("shuffle", split.startswith("train"))
    sets = [
        load_class(
            source, split if label else split + domain, image_size, channels, {label: domain} if label else None, data_dir
        )
        for domain in domains
    ]
    return UnpairedBatches(*sets, batch_size, **options)

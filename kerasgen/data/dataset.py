"""What every source of images is loaded as: batches for `fit`."""

from __future__ import annotations

import abc
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import keras
import numpy as np

from kerasgen.data.sizes import check_batch_size

ImageShape = tuple[int, int, int]
Batch = np.ndarray | tuple[np.ndarray, ...]


class Share(NamedTuple):
    """Which part of every batch a process takes."""

    process: int
    processes: int
    replicas: int  # the devices of all processes

    def of(self, count: int) -> slice:
        """Gives its part of `count` images."""
        size = count // self.replicas * self.replicas // self.processes
        return slice(self.process * size, (self.process + 1) * size)


class Dataset(keras.utils.PyDataset, abc.ABC):
    """Abstract base of what `load`, `load_pairs` and `load_unpaired` give: batches of float32 images in [0, 1] for `fit`.

    `len(dataset)` is the number of batches of an epoch, as Keras needs it, `num_images` that of the images; `dataset[i]` is
    batch i. The order is a function of the seed and the epoch alone: `epoch` may be set to resume, and in `fit` it moves on
    after each complete pass. Pass `shuffle=False` to the `fit` of a plain Keras model: its default shuffles the order of the
    batches by Python's global generator.

    Attributes:
        num_images: the number of images, or pairs, those of a dropped remainder included.
        batch_size: the number of them in a batch.
        drop_remainder: whether an incomplete last batch is left out.
        labels: int32 (num_images,) in the source's order, or None where there are none.
        class_names: the names of labels 0, 1, ..., or None.
        refused: what is said of the files that were left out (`skip_corrupt`).
        epoch: the number of the epoch, from 0.
        first: the batch that this epoch begins with, 0 but where a run goes on within it; later epochs are whole.
    """

    labels: np.ndarray | None = None
    class_names: list[str] | None = None
    refused: Sequence[str] = ()

    def __init__(self, num_images: int, batch_size: int, drop_remainder: bool) -> None:
        # No worker: a batch is mostly a gather, far cheaper than a step, and workers would run ahead into the next epoch.
        super().__init__(workers=1, use_multiprocessing=False)
        self.num_images = num_images
        self.batch_size = check_batch_size(batch_size, num_images, drop_remainder)
        self.drop_remainder = drop_remainder
        self.epoch = 0
        self.first = 0
        # The batches of this pass that were asked for. Where batches are prefetched, all may have been before the last
        # step; what was asked for keeps its order.
        self._served: set[int] = set()
        self._begun = False
        self._share: Share | None = None

    @property
    @abc.abstractmethod
    def image_shapes(self) -> tuple[ImageShape, ...]:
        """(height, width, channels) of each kind of images in a batch: one, or those of sources and targets."""

    @property
    def image_shape(self) -> ImageShape:
        """(height, width, channels) of the images; of the targets where there are pairs."""
        return self.image_shapes[-1]

    @abc.abstractmethod
    def images(self, chosen: np.ndarray | slice = slice(None)) -> Batch:
        """Gives all images, or those chosen, float32 in [0, 1]: in the source's order, as `labels` are, and never mirrored."""

    @abc.abstractmethod
    def batch(self, index: int) -> Batch:
        """Gives batch `index` of this epoch, what a training step takes."""

    @abc.abstractmethod
    def split(self, fraction: float, seed: int = 0) -> tuple[Dataset, Dataset]:
        """Gives two datasets without a common image, with the options of this one.

        Args:
            fraction: of the images that go to the first, above 0 and below 1; the others go to the second.
            seed: of the choice, which depends on nothing else; each part keeps the source's order.

        A part smaller than a batch is one batch. Raises ValueError for another fraction, and for a part without an image.
        """

    def batches(self) -> Iterator[Batch]:
        """Yields the batches of this epoch in order; `epoch` stays."""
        return (self.batch(index) for index in range(self.first, self.first + len(self)))

    def share(self, process: int, processes: int, replicas: int) -> None:
        """Makes `dataset[i]` this process's share of batch i: the shares of all are the batch, in the order of the processes.

        An incomplete batch loses as many images as make it one of the same number for each of the `replicas`, the devices of
        all processes. Raises ValueError for a whole batch that is none.
        """
        if self.batch_size % replicas and self.num_images >= self.batch_size and self.drop_remainder:
            raise ValueError(
                f"A batch must be shared evenly by the devices. Received: batches of {self.batch_size} images for {replicas}."
            )
        self._share = Share(process, processes, replicas)

    def part(self, index: int) -> slice:
        """Gives the part of batch `index` that is this process's share."""
        count = min(self.batch_size, self.num_images - index * self.batch_size)
        return self._share.of(count) if self._share else slice(0, count)

    def shared(self, index: int) -> Batch:
        """Gives this process's share of batch `index`; a hook for sets that need not make the rest."""
        part = self.part(index)
        batch = self.batch(index)
        return tuple(each[part] for each in batch) if isinstance(batch, tuple) else batch[part]

    def __len__(self) -> int:
        whole, rest = divmod(self.num_images, self.batch_size)
        return whole + (not self.drop_remainder and rest >= (self._share.replicas if self._share else 1)) - self.first

    def __getitem__(self, index: int) -> Batch:
        if not 0 <= index < len(self):
            raise IndexError(f"A batch index must lie in [0, {len(self)}). Received: {index}")
        self._served.add(index)
        index += self.first
        return self.shared(index) if self._share else self.batch(index)

    def on_epoch_begin(self) -> None:
        """Notes that an epoch begins; see `on_epoch_end`."""
        self._begun = True

    def on_epoch_end(self) -> None:
        """Moves to the next epoch if this one was passed through; with `steps_per_epoch` a pass takes several calls."""
        if not self._begun:
            # TensorFlow's `fit` looks at two batches to learn their shape and then resets: that was no epoch.
            self._served.clear()
        self._begun = False
        if len(self._served) == len(self):
            self._served.clear()
            self.epoch += 1
            self.first = 0


def split_indices(num_images: int, fraction: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Gives the indices of the two parts of `Dataset.split`, in order; raises ValueError as it does."""
    first = round(fraction * num_images) if 0 < fraction < 1 else 0
    if not 0 < first < num_images:
        raise ValueError(
            "fraction must lie between 0 and 1 and leave both parts an image. "
            f"Received: fraction={fraction} of {num_images} images."
        )
    order = np.random.default_rng(seed).permutation(num_images)
    return np.sort(order[:first]), np.sort(order[first:])

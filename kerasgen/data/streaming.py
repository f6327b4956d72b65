"""Sets of tensorflow-datasets that are too large for memory, as batches for `fit`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kerasgen.data.dataset import Dataset, ImageShape, split_indices
from kerasgen.data.tfds import TfdsImages
from kerasgen.images import to_float

_RECENT = 2  # batches that are kept: `fit` looks at so many before it begins


class StreamedDataset(Dataset):
    """Batches as those of `ImageDataset`, read from the files of a tensorflow-datasets set by TensorFlow.

    Where `shuffle` is on, each epoch has the files in an order of its own, and shuffles the images in a buffer of 10,000.
    Batches are read one after another: one that lies before is found by reading from the beginning. `labels` are read at
    first use, in one pass over the files that decodes no image.

    Args:
        found: the set.
        mirror, shuffle, seed, drop_remainder: as `ImageDataset`.
        chosen: indices of the images to take, in order; None for all.

    Raises ValueError for a batch size that is not positive or leaves no batch.
    """

    def __init__(
        self,
        found: TfdsImages,
        batch_size: int = 64,
        *,
        mirror: bool = False,
        shuffle: bool = True,
        seed: int = 0,
        drop_remainder: bool | None = None,
        chosen: np.ndarray | None = None,
    ) -> None:
        num_images = found.num_images if chosen is None else len(chosen)
        super().__init__(num_images, batch_size, shuffle if drop_remainder is None else drop_remainder)
        self.class_names = found.class_names
        self.mirror = mirror
        self.shuffle = shuffle
        self.seed = seed
        self._found = found
        self._chosen = chosen
        self._labels: np.ndarray | None = None
        self._stream: Iterator[tuple[np.ndarray, ...]] = iter(())
        self._recent: dict[int, np.ndarray | tuple[np.ndarray, ...]] = {}
        self._position = (-1, 0)  # of the stream: its epoch and the batch that comes next

    @property
    def image_shapes(self) -> tuple[ImageShape]:
        return (self._found.image_shape,)

    @property
    def labels(self) -> np.ndarray | None:  # type: ignore[override]  # read at first use
        if self._labels is None and self._found.label is not None:
            self._labels = self._found.read_labels(self._chosen)
        return self._labels

    def images(self, chosen: np.ndarray | slice = slice(None)) -> np.ndarray:
        wanted = np.arange(self.num_images)[chosen]
        read, places = np.unique(wanted, return_inverse=True)
        images = np.empty((len(read), *self.image_shape), dtype="uint8")
        for index, (image, _) in enumerate(self._found.examples(read if self._chosen is None else self._chosen[read])):
            images[index] = image
        return to_float(images[places])

    def split(self, fraction: float, seed: int = 0) -> tuple[StreamedDataset, StreamedDataset]:
        first, second = split_indices(self.num_images, fraction, seed)
        return self._subset(first), self._subset(second)

    def batch(self, index: int) -> np.ndarray | tuple[np.ndarray, ...]:
        epoch, place = self._position
        if epoch != self.epoch or (index < place and index not in self._recent):
            place = 0
            self._recent = {}
            self._stream = self._found.stream(
                self.batch_size,
                mirror=self.mirror,
                shuffle=self.shuffle,
                seed=int(np.random.SeedSequence([self.seed, self.epoch]).generate_state(1)[0]),
                drop_remainder=self.drop_remainder,
                chosen=self._chosen,
            )
        for position in range(place, index + 1):
            self._recent[position] = next(self._stream)
            self._recent.pop(position - _RECENT, None)
        self._position = (self.epoch, max(place, index + 1))
        return self._recent[index]

    def _subset(self, indices: np.ndarray) -> StreamedDataset:
        return StreamedDataset(
            self._found,
            min(self.batch_size, len(indices)),
            mirror=self.mirror,
            shuffle=self.shuffle,
            seed=self.seed,
            drop_remainder=self.drop_remainder,
            chosen=indices if self._chosen is None else self._chosen[indices],
        )

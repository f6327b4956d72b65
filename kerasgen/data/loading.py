"""One door to every source of images."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kerasgen.data.archive import ARCHIVES, find_in_archive
from kerasgen.data.array import NUMPY, Arrays, find_arrays, read_array, read_arrays
from kerasgen.data.csv_file import find_in_csv
from kerasgen.data.file_set import FileSet
from kerasgen.data.folder import find_in_folder, image_files
from kerasgen.data.image_files import SUFFIXES, check_background
from kerasgen.data.parquet import find_in_parquet
from kerasgen.data.saved_dataset import find_in_saved_dataset, is_saved_dataset
from kerasgen.data.sizes import check_batch_size, check_image_size
from kerasgen.data.source import BUILT_IN, FROM_TFDS, Source
from kerasgen.data.splits import split_names
from kerasgen.files import user_path
from kerasgen.images.opening import WHITE, Background
from kerasgen.images.resize import Size

if TYPE_CHECKING:
    from kerasgen.data.image_dataset import ImageDataset
    from kerasgen.data.streaming import StreamedDataset
    from kerasgen.data.tfds import TfdsImages

_FILES: dict[str, Callable[[Path], FileSet | dict[str, Arrays]]] = {  # by their endings
    ".csv": find_in_csv,
    ".parquet": find_in_parquet,
    **dict.fromkeys(ARCHIVES, find_in_archive),
    **dict.fromkeys(NUMPY, find_arrays),
}


def load(
    source: str | os.PathLike[str] | np.ndarray,
    split: str = "train",
    image_size: int | tuple[int, int] | None = None,
    batch_size: int = 64,
    *,
    channels: int | None = None,
    labels: bool | str | None = None,
    mirror: bool = False,
    binarize: bool = False,
    shuffle: bool | None = None,
    seed: int = 0,
    drop_remainder: bool | None = None,
    skip_corrupt: bool = False,
    background: Background = WHITE,
    data_dir: str | os.PathLike[str] | None = None,
) -> ImageDataset | StreamedDataset:
    """Loads images as a `Dataset` of float32 batches (batch, height, width, channels) in [0, 1] for `fit`.

    Args:
        source: "portraits" (embedded), "face_crops" (views of these, and crops that are no upright face),
            "face_crops_and_flowers" (with `tf_flowers` among the crops), "sprites" (rendered from known factors), "dsprites"
            (tensorflow-datasets' own with its factors), the name of a tensorflow-datasets set ("fashion_mnist"), an array
            (N, height, width[, channels]), uint8 or float in [0, 1], or a path, which goes before a set of that name: a folder
            of image files or a zip or tar of one (sub-folders are classes; `train` and `test`, where there are such, are
            splits), a CSV file of paths and labels, a folder of Parquet files with a column of images, or one that
            `save_to_disk` of Hugging Face's `datasets` wrote, a `.npy` or `.npz`.
        split: a name with or without a slice: "train", "train[:90%]", "test[100:200]".
        image_size: int or (height, width): images are cropped to its aspect about the center and resized (Lanczos).
        channels: 1 or 3 converts; None keeps them.
        labels: None for none, True for the set's default label, or a label's name: batches become (images, labels).
        mirror: flip each image left to right with probability 1/2, anew each epoch.
        binarize: make pixels 0 or 1 with their values as probabilities, as `ImageDataset` does.
        shuffle: True for the train split and False for others if None.
        seed: of the order, of mirroring and of binarization.
        drop_remainder: leave out an incomplete last batch; as `shuffle` if None.
        skip_corrupt: decode every file first, and leave out those that cannot be used (`Dataset.refused`).
        background: red, green and blue in 0..255, that transparent pixels of image files are composed over.
        data_dir: where tensorflow-datasets lie; TFDS_DATA_DIR or its own default if None.

    Returns:
        `ImageDataset`; for a tensorflow-datasets set over 2 GiB (decoded, of the size asked for) `StreamedDataset`. The files
        of a folder are read batch by batch, and up to 512 MiB of decoded images are kept; other sources are held in memory.

    Raises:
        ValueError: an unknown source, split or label; no images, unreadable images, or images of different sizes
            without `image_size`; a batch size that is not positive or, with the remainder dropped, over the number of
            images.
        ImportError: a tensorflow-datasets name where TensorFlow or tensorflow-datasets is missing; Parquet files, or a saved
            dataset, without pyarrow.
    """
    size = check_image_size(image_size)
    if shuffle is None:
        shuffle = set(split_names(split)) == {"train"}
    check_batch_size(batch_size)
    found = read_source(source, split, size, channels, labels, data_dir, skip_corrupt, background)
    # Keras last: a mistake in the arguments is told at once.
    if isinstance(found, Source):
        from kerasgen.data.image_dataset import ImageDataset

        dataset = ImageDataset(
            found.images,
            found.labels,
            batch_size,
            class_names=found.class_names,
            mirror=mirror,
            binarize=binarize,
            shuffle=shuffle,
            seed=seed,
            drop_remainder=drop_remainder,
        )
        dataset.refused = found.refused
        return dataset
    if binarize:
        raise ValueError(f"Sets that are too large for memory are not binarized. Received: {source!r}.")
    from kerasgen.data.streaming import StreamedDataset

    return StreamedDataset(found, batch_size, mirror=mirror, shuffle=shuffle, seed=seed, drop_remainder=drop_remainder)


def read_source(
    source: str | os.PathLike[str] | np.ndarray,
    split: str,
    size: Size | None,
    channels: int | None,
    labels: bool | str | None,
    data_dir: str | os.PathLike[str] | None,
    skip_corrupt: bool = False,
    background: Background = WHITE,
    halves: bool = False,
) -> Source | TfdsImages:
    """Finds the images of what `load` takes, `size` as (height, width); `TfdsImages` for those too large for memory.

    `halves` is for images of two side by side: those of files are fitted as `FileImages` does, others keep their size.
    """
    check_background(background)
    if channels not in (None, 1, 3):
        raise ValueError(f"`channels` must be 1, 3 or None. Received: {channels!r}")
    whole = None if halves else size
    if isinstance(source, np.ndarray):
        return read_array(source, split, whole, channels, labels)
    if isinstance(source, str) and source in BUILT_IN:
        module, reader = BUILT_IN[source]
        where = {"data_dir": data_dir} if source in FROM_TFDS else {}
        return getattr(importlib.import_module(f"kerasgen.data.{module}"), reader)(split, whole, channels, labels, **where)
    if not isinstance(source, (str, os.PathLike)):
        raise ValueError(f"`source` must be a name, a path or an array. Received: {type(source).__name__}")
    found = find_files(source)
    if isinstance(found, FileSet):
        return found.read(split, size, channels, labels, skip_corrupt, background, halves and size is not None)
    if found is not None:
        return read_arrays(found, split, whole, channels, labels)
    from kerasgen.data import tfds

    images = tfds.TfdsImages(os.fspath(source), split, whole, channels, labels, data_dir)
    return images if images.num_bytes > tfds.MEMORY_LIMIT else images.read()


def find_files(source: str | os.PathLike[str]) -> FileSet | dict[str, Arrays] | None:
    """Finds the files or arrays of a folder or file, by split; None for a name that is none.

    Raises ValueError for a path without one, and for files that hold no images.
    """
    path = user_path(source)
    suffix = next((ending for ending in _FILES if path.name.lower().endswith(ending)), path.suffix.lower())
    if path.is_dir() and is_saved_dataset(path):
        return find_in_saved_dataset(path)
    if path.is_dir():
        parquet = next(path.rglob("*.parquet"), None)
        return find_in_parquet(path) if parquet and not image_files(path) else find_in_folder(path)
    if path.is_file() and suffix in _FILES:
        return _FILES[suffix](path)
    like_a_path = isinstance(source, os.PathLike) or source.startswith((".", "~", os.sep)) or suffix in {*_FILES, *SUFFIXES}
    if path.is_file() or like_a_path:
        found = "a file of another kind" if path.is_file() else "no such folder or file"
        raise ValueError(
            f"A path given as a source must be an existing folder or file ({', '.join(_FILES)}). "
            f"Received: {str(source)!r}, {found}"
        )
    return None

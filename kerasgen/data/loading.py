"""One door to every source of images."""

import importlib
import os
from pathlib import Path

import numpy as np

from kerasgen.data.source import BUILT_IN, FROM_TFDS
from kerasgen.data.splits import split_names
from kerasgen.images.check import check_batch_size


def load(
    source: str | os.PathLike | np.ndarray,
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
    data_dir: str | os.PathLike | None = None,
):
    """Loads images as batches of float32 (batch, height, width, channels) in [0, 1] for `fit`.

    Args:
        source: "portraits" (embedded), "face_crops" (views of these, and crops that are no upright face),
            "face_crops_and_flowers" (with `tf_flowers` among the crops), "sprites" (drawn from known factors), "dsprites"
            (tensorflow-datasets' own with its factors), a folder of image files (its sub-folders
            are classes; `train` and `test`, where there are such, are splits), the name of a tensorflow-datasets set
            ("fashion_mnist"), or an array (N, height, width[, channels]), uint8 or float in [0, 1]. A folder of the name goes
            before a tensorflow-datasets set.
        split: a name with or without a slice: "train", "train[:90%]", "test[100:200]".
        image_size: int or (height, width): images are cropped to its aspect about the center and resized (Lanczos).
        channels: 1 or 3 converts; None keeps them.
        labels: None for none, True for the set's default label, or a label's name: batches become (images, labels).
        mirror: flip each image left to right with probability 1/2, drawn anew an epoch.
        binarize: draw black and white pixels with the gray values as probabilities, as `ImageBatches` does.
        shuffle: True for the train split and False for others if None.
        drop_remainder: leave out an incomplete last batch; as `shuffle` if None.
        data_dir: where tensorflow-datasets lie; TFDS_DATA_DIR or its own default if None.

    Returns:
        `ImageBatches`; for a tensorflow-datasets set over 2 GiB (decoded, of the size asked for) a tf.data.Dataset.

    Raises:
        ValueError: an unknown source, split or label; no images, unreadable images, or images of different sizes
            without `image_size`; a batch size that is not positive or, with the remainder dropped, over the number of
            images.
        ImportError: a tensorflow-datasets name where TensorFlow or tensorflow-datasets is missing.
    """
    size = _size(image_size)
    if channels not in (None, 1, 3):
        raise ValueError(f"`channels` must be 1, 3 or None. Received: {channels!r}")
    if shuffle is None:
        shuffle = set(split_names(split)) == {"train"}
    check_batch_size(batch_size)
    drop_remainder = shuffle if drop_remainder is None else drop_remainder
    options = {"mirror": mirror, "binarize": binarize, "shuffle": shuffle, "seed": seed, "drop_remainder": drop_remainder}
    wanted = (split, size, channels, labels)
    if isinstance(source, np.ndarray):
        from kerasgen.data.array import read_array

        found = read_array(source, *wanted)
    elif isinstance(source, str) and source in BUILT_IN:
        module, reader = BUILT_IN[source]
        where = {"data_dir": data_dir} if source in FROM_TFDS else {}
        found = getattr(importlib.import_module(f"kerasgen.data.{module}"), reader)(*wanted, **where)
    elif isinstance(source, (str, os.PathLike)) and Path(source).expanduser().is_dir():
        from kerasgen.data.folder import read_folder

        found = read_folder(Path(source).expanduser(), *wanted)
    elif isinstance(source, str):
        from kerasgen.data import tfds

        images = tfds.TfdsImages(source, *wanted, data_dir)
        if images.num_bytes > tfds.MEMORY_LIMIT:
            check_batch_size(batch_size, images.num_images, drop_remainder)
            return images.stream(batch_size, **options)
        found = images.read()
    elif isinstance(source, os.PathLike):
        raise ValueError(f"A path given as a source must be an existing folder. Received: {os.fspath(source)!r}")
    else:
        raise ValueError(f"`source` must be a name, a folder or an array. Received: {type(source).__name__}")
    # Keras last: a mistake in the arguments is told at once.
    from kerasgen.data.batches import ImageBatches

    return ImageBatches(found.images, found.labels, batch_size, class_names=found.class_names, **options)


def _size(image_size: int | tuple[int, int] | None) -> tuple[int, int] | None:
    if image_size is None:
        return None
    size = tuple(image_size) if isinstance(image_size, (tuple, list)) else (image_size, image_size)
    whole = all(isinstance(side, (int, np.integer)) and not isinstance(side, bool) for side in size)
    if len(size) != 2 or not whole or min(size) < 1:
        raise ValueError(f"`image_size` must be a positive int or (height, width). Received: {image_size!r}")
    return int(size[0]), int(size[1])

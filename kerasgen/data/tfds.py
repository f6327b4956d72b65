"""tensorflow-datasets by name: small sets into memory, large ones as a stream."""

import importlib.util
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from kerasgen.data.source import BUILT_IN, Source, label_name
from kerasgen.data.splits import select
from kerasgen.errors import unknown_name
from kerasgen.images.resize import Size, fit_array

# Decoded bytes up to which a set is held in memory: there an epoch costs no decoding and has an exact order.
MEMORY_LIMIT = 2 * 1024**3

_SHUFFLE_BUFFER = 10_000
_READ_BATCH = 512


class TfdsImages:
    """A prepared set: finds its image and label features and reads them.

    Raises ValueError for an unknown name, split or label and for a set without 8-bit images, ImportError where
    TensorFlow or tensorflow-datasets is missing. Downloads a set that is not below `data_dir` yet.
    """

    def __init__(self, name: str, split: str, size: Size | None, channels: int | None, labels, data_dir=None):
        self.split, self.size, self.channels = split, size, channels
        self.builder = find_builder(name, data_dir)
        info = self.builder.info
        self.num_images = sum(len(indices) for _, indices in select(split, _sizes(info)))
        self.image = _image_name(info)
        names = _label_features(info.features)
        self.label = label_name(labels, sorted(names), _default_label(info, names))
        self.class_names = list(getattr(names.get(self.label), "names", [])) or None
        height, width, found = info.features[self.image].shape
        self.image_shape = (*(size or (height, width)), channels or found)
        if None in self.image_shape:
            raise ValueError(
                f"Sets with images of various shapes need `image_size` and `channels`. Received: {name!r} with images "
                f"of {(height, width, found)}, image_size={size}, channels={channels}"
            )

    @property
    def num_bytes(self) -> int:
        """What the images take in memory, as uint8."""
        return self.num_images * int(np.prod(self.image_shape))

    def read(self) -> Source:
        """Reads all into memory, in the set's order."""
        # Filled in place: a list of images and its stack would take twice the memory.
        images = np.empty((self.num_images, *self.image_shape), dtype="uint8")
        labels = None if self.label is None else np.empty(self.num_images, dtype="int32")
        for index, (image, label) in enumerate(self._examples()):
            images[index] = fit_array(image, self.size, self.channels)
            if labels is not None:
                labels[index] = label
        return Source(images, labels, self.class_names)

    def stream(self, batch_size: int, *, mirror: bool, shuffle: bool, seed: int, drop_remainder: bool, binarize: bool = False):
        """Gives a tf.data.Dataset of the same batches as `ImageBatches`, in an order of its own.

        It shuffles files and a buffer of 10,000 images; the order depends on the seed and on how often it was iterated.
        """
        import tensorflow as tf

        if binarize:
            raise ValueError(f"Sets over {MEMORY_LIMIT >> 30} GiB are not binarized. Received: {self.builder.info.name!r}")

        def fit(image, label, turn):
            fitted = tf.numpy_function(lambda x: fit_array(x, self.size, self.channels), [image], tf.uint8)
            fitted.set_shape(self.image_shape)
            fitted = tf.cond(turn % 2 == 0, lambda: fitted[:, ::-1], lambda: fitted) if mirror else fitted
            fitted = tf.cast(fitted, tf.float32) / 255.0
            return fitted if self.label is None else (fitted, label)

        dataset = self._dataset(shuffle_files=shuffle, seed=seed)
        if shuffle:
            dataset = dataset.shuffle(min(_SHUFFLE_BUFFER, self.num_images), seed=seed)
        turns = tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True)
        dataset = tf.data.Dataset.zip((dataset, turns)).map(
            lambda example, turn: fit(*example, turn), num_parallel_calls=tf.data.AUTOTUNE, deterministic=True
        )
        dataset = dataset.batch(batch_size, drop_remainder=drop_remainder).prefetch(tf.data.AUTOTUNE)
        dataset.class_names = self.class_names  # as the data sets of keras.utils do
        return dataset

    def _examples(self) -> Iterator[tuple[np.ndarray, int]]:
        dataset = self._dataset()
        if None in self.builder.info.features[self.image].shape:
            yield from dataset.as_numpy_iterator()
            return
        # Fetched in batches: one call an image costs more than decoding a small one.
        for images, labels in dataset.batch(_READ_BATCH).as_numpy_iterator():
            yield from zip(images, labels, strict=True)

    def _dataset(self, shuffle_files: bool = False, seed: int | None = None):
        """A tf.data.Dataset of (uint8 image, int32 label or 0)."""
        import tensorflow as tf
        import tensorflow_datasets as tfds

        config = tfds.ReadConfig(shuffle_seed=seed, try_autocache=False)
        # TensorFlow keeps the order only if told so where files are shuffled.
        config.options.deterministic = True
        dataset = self.builder.as_dataset(split=self.split, shuffle_files=shuffle_files, read_config=config)

        def pick(example):
            label = 0 if self.label is None else _lookup(example, self.label)
            return example[self.image], tf.cast(label, tf.int32)

        return dataset.map(pick, num_parallel_calls=tf.data.AUTOTUNE)


def find_builder(name: str, data_dir: str | os.PathLike | None = None):
    """Gives the builder of a prepared set, which it downloads first where `data_dir` lacks it; raises as `TfdsImages`."""
    for package in ("tensorflow", "tensorflow_datasets"):
        if not _is_installed(package):
            raise ImportError(
                f"Sets by name other than kerasgen's own are read by TensorFlow and tensorflow-datasets, but "
                f"{package} is not installed; those, folders and arrays load without. Received: {name!r}"
            )
    import tensorflow_datasets as tfds

    folder = Path(data_dir or os.environ.get("TFDS_DATA_DIR") or tfds.core.constants.DATA_DIR).expanduser()
    base = name.split("/")[0].split(":")[0]
    # A prepared set of one's own is known by its files alone. Asked before TensorFlow is imported.
    if not (base and (folder / base).is_dir()):
        known = tfds.list_builders(with_community_datasets=False)
        if base not in known:
            raise unknown_name("data set", name, [*BUILT_IN, *known])
    builder = tfds.builder(name, data_dir=folder)
    builder.download_and_prepare()
    return builder


def _is_installed(package: str) -> bool:
    """Tells it without the seconds that importing TensorFlow takes."""
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):  # a finder that refuses; a module set to None
        return False


def _sizes(info) -> dict[str, int]:
    return {name: split.num_examples for name, split in info.splits.items()}


def _image_name(info) -> str:
    import tensorflow_datasets as tfds

    images = {name: each for name, each in info.features.items() if isinstance(each, tfds.features.Image)}
    names = [name for name, each in images.items() if each.np_dtype == np.uint8]
    if not names:
        raise ValueError(f"A set must have an 8-bit image feature. Received: {info.name!r} with {list(info.features)}")
    return "image" if "image" in names else names[0]


def _label_features(features: Mapping, prefix: str = "") -> dict[str, object]:
    """Integer and truth features by name, those of nested features as "attributes/Smiling"."""
    found = {}
    for name, feature in features.items():
        if hasattr(feature, "items"):
            found |= _label_features(feature, f"{prefix}{name}/")
        elif feature.shape == () and np.dtype(feature.np_dtype).kind in "iub":
            found[prefix + name] = feature
    return found


def _default_label(info, names: Mapping[str, object]) -> str | None:
    supervised = (info.supervised_keys or (None, None))[1]
    return supervised if supervised in names else next(iter(names)) if len(names) == 1 else None


def _lookup(example: Mapping, path: str):
    for name in path.split("/"):
        example = example[name]
    return example

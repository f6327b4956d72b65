"""tensorflow-datasets by name: small sets into memory, large ones as a stream."""

from __future__ import annotations

import contextlib
import contextvars
import importlib.util
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kerasgen.data.source import Source, label_name, unknown_source
from kerasgen.data.splits import select
from kerasgen.files import user_path
from kerasgen.images.resize import Size, fit_array

if TYPE_CHECKING:
    import tensorflow as tf
    import tensorflow_datasets as tfds

# Decoded bytes up to which a set is held in memory: there an epoch costs no decoding and has an exact order.
MEMORY_LIMIT = 2 * 1024**3

_SHUFFLE_BUFFER = 10_000
_READ_BATCH = 512
_MAY_DOWNLOAD = contextvars.ContextVar("_MAY_DOWNLOAD", default=True)


class TfdsImages:
    """A prepared set: finds its image and label features and reads them.

    Raises ValueError for an unknown name, split or label and for a set without 8-bit images, ImportError where
    TensorFlow or tensorflow-datasets is missing. Downloads a set that is not below `data_dir` yet.
    """

    def __init__(
        self,
        name: str,
        split: str,
        size: Size | None,
        channels: int | None,
        labels: bool | str | None,
        data_dir: str | os.PathLike[str] | None = None,
    ) -> None:
        self.split, self.size, self.channels = split, size, channels
        self.builder = find_builder(name, data_dir)
        info = self.builder.info
        self.num_images = sum(len(indices) for _, indices in select(split, _sizes(info)))
        self.image = _image_name(info)
        features = _label_features(info.features)
        self.label = label_name(labels, sorted(features), _default_label(info, features))
        self.class_names = _class_names(features[self.label]) if self.label else None
        height, width, found = info.features[self.image].shape
        shape = (*(size or (height, width)), channels or found)
        if None in shape:
            raise ValueError(
                f"Sets with images of various shapes need `image_size` and `channels`. Received: {name!r} with images "
                f"of {(height, width, found)}, image_size={size}, channels={channels}"
            )
        self.image_shape: tuple[int, int, int] = shape

    @property
    def num_bytes(self) -> int:
        """What the images take in memory, as uint8."""
        return self.num_images * int(np.prod(self.image_shape))

    def read(self) -> Source:
        """Reads all into memory, in the set's order."""
        # Filled in place: a list of images and its stack would take twice the memory.
        images = np.empty((self.num_images, *self.image_shape), dtype="uint8")
        labels = np.empty(self.num_images, dtype="int32")
        for index, (image, label) in enumerate(self.examples()):
            images[index] = image
            labels[index] = label
        return Source(images, None if self.label is None else labels, self.class_names)

    def read_labels(self, chosen: np.ndarray | None = None) -> np.ndarray:
        """Reads the labels, (n,) int32, of all images or those of the `chosen` indices, and decodes no image."""
        labels = self._encoded(chosen).map(lambda _, label: label).batch(_READ_BATCH)
        return np.concatenate(list(labels.as_numpy_iterator()))

    def examples(self, chosen: np.ndarray | None = None) -> Iterator[tuple[np.ndarray, int]]:
        """Yields uint8 images of the size asked for and their labels, of all images or those of the `chosen` indices."""
        decoded = self._decoded(self._encoded(chosen))
        if None in self.builder.info.features[self.image].shape:
            examples = decoded.as_numpy_iterator()
        else:  # Fetched in batches: one call an image costs more than decoding a small one.
            batches = decoded.batch(_READ_BATCH).as_numpy_iterator()
            examples = (example for images, labels in batches for example in zip(images, labels, strict=True))
        return ((fit_array(image, self.size, self.channels), label) for image, label in examples)

    def stream(
        self, batch_size: int, *, mirror: bool, shuffle: bool, seed: int, drop_remainder: bool, chosen: np.ndarray | None = None
    ) -> Iterator[tuple[np.ndarray, ...]]:
        """Yields the batches of an epoch, which depend on the arguments alone: float32 images in [0, 1], or these and labels.

        Shuffles the files, unless images are `chosen` by their indices, and a buffer of 10,000 encoded images.
        """
        import tensorflow as tf

        def fit(example: tuple[tf.Tensor, tf.Tensor], turn: tf.Tensor) -> tf.Tensor | tuple[tf.Tensor, tf.Tensor]:
            image, label = example
            fitted = tf.numpy_function(lambda x: fit_array(x, self.size, self.channels), [image], tf.uint8)
            fitted.set_shape(self.image_shape)
            fitted = tf.cond(turn % 2 == 0, lambda: fitted[:, ::-1], lambda: fitted) if mirror else fitted
            fitted = tf.cast(fitted, tf.float32) / 255.0
            return fitted if self.label is None else (fitted, label)

        encoded = self._encoded(chosen, shuffle and chosen is None, seed)
        if shuffle:
            encoded = encoded.shuffle(min(_SHUFFLE_BUFFER, self.num_images), seed=seed)
        turns = tf.data.Dataset.random(seed=seed)
        dataset = tf.data.Dataset.zip((self._decoded(encoded), turns))
        dataset = dataset.map(fit, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        return dataset.batch(batch_size, drop_remainder=drop_remainder).prefetch(tf.data.AUTOTUNE).as_numpy_iterator()

    def _encoded(
        self, chosen: np.ndarray | None = None, shuffle_files: bool = False, seed: int | None = None
    ) -> tf.data.Dataset:
        """A tf.data.Dataset of (encoded image, int32 label or 0)."""
        import tensorflow as tf
        import tensorflow_datasets as tfds

        config = tfds.ReadConfig(shuffle_seed=seed, try_autocache=False)
        # TensorFlow keeps the order only if told so where files are shuffled.
        config.options.deterministic = True
        dataset = self.builder.as_dataset(
            split=self.split,
            shuffle_files=shuffle_files,
            read_config=config,
            decoders={self.image: tfds.decode.SkipDecoding()},
        )
        if chosen is not None:
            wanted = np.zeros(self.num_images, dtype=bool)
            wanted[chosen] = True
            mask = tf.constant(wanted)
            dataset = dataset.enumerate().filter(lambda index, _: mask[index]).map(lambda _, example: example).take(len(chosen))

        def pick(example: Mapping[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
            label = 0 if self.label is None else _lookup(example, self.label)
            return example[self.image], tf.cast(label, tf.int32)

        return dataset.map(pick)

    def _decoded(self, encoded: tf.data.Dataset) -> tf.data.Dataset:
        """A tf.data.Dataset of (uint8 image, int32 label or 0)."""
        import tensorflow as tf

        decode = self.builder.info.features[self.image].decode_example
        return encoded.map(lambda image, label: (decode(image), label), num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)


class DescribedSet(NamedTuple):
    """A prepared set: images a split, (height, width, channels) with None where they vary, and a label's classes."""

    splits: dict[str, int]
    shape: tuple[int | None, int | None, int | None]
    class_names: list[str]


def describe_set(name: str, label: str | bool | None) -> DescribedSet:
    """Describes a set by its notes alone, and the classes of a label, True for the default one; raises as `TfdsImages`."""
    info = find_builder(name).info
    features = _label_features(info.features)
    chosen = _default_label(info, features) if label is True else label_name(label, sorted(features), None)
    names = _class_names(features[chosen]) if chosen else None
    return DescribedSet(_sizes(info), tuple(info.features[_image_name(info)].shape), names or [])


@contextlib.contextmanager
def no_downloads() -> Iterator[None]:
    """Within it a set that is not on the disk raises FileNotFoundError: work that can do without it does not wait for it."""
    before = _MAY_DOWNLOAD.set(False)
    try:
        yield
    finally:
        _MAY_DOWNLOAD.reset(before)


def find_builder(name: str, data_dir: str | os.PathLike[str] | None = None) -> tfds.core.DatasetBuilder:
    """Gives the builder of a prepared set, which it downloads first where `data_dir` lacks it; raises as `TfdsImages`."""
    for package in ("tensorflow", "tensorflow_datasets"):
        if not _is_installed(package):
            raise ImportError(
                f"Sets by name other than kerasgen's own are read by TensorFlow and tensorflow-datasets, but "
                f"{package} is not installed; those, folders and arrays load without. "
                f"Received: {name!r}, which is no folder or file here"
            )
    import tensorflow_datasets as tfds

    folder = user_path(data_dir or os.environ.get("TFDS_DATA_DIR") or tfds.core.constants.DATA_DIR)
    base = name.split("/")[0].split(":")[0]
    _check_prepared(name, folder / base)
    # A prepared set of one's own is known by its files alone. Asked before TensorFlow is imported.
    if not (base and (folder / base).is_dir()):
        known = tfds.list_builders(with_community_datasets=False)
        if base not in known:
            raise unknown_source(name, known)
    builder = tfds.builder(name, data_dir=folder)
    _check_prepared(name, Path(builder.data_dir))
    builder.download_and_prepare()
    return builder


def _check_prepared(name: str, folder: Path) -> None:
    """Raises FileNotFoundError, within `no_downloads`, unless the folder is there."""
    if not _MAY_DOWNLOAD.get() and not folder.is_dir():
        raise FileNotFoundError(f"{name} must lie prepared on the disk, as nothing is downloaded. Received: no folder {folder}")


def _is_installed(package: str) -> bool:
    """Tells it without the seconds that importing TensorFlow takes."""
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):  # a finder that refuses; a module set to None
        return False


def _sizes(info: tfds.core.DatasetInfo) -> dict[str, int]:
    return {name: split.num_examples for name, split in info.splits.items()}


def _image_name(info: tfds.core.DatasetInfo) -> str:
    import tensorflow_datasets as tfds

    images = {name: each for name, each in info.features.items() if isinstance(each, tfds.features.Image)}
    names = [name for name, each in images.items() if each.np_dtype == np.uint8]
    if not names:
        raise ValueError(f"A set must have an 8-bit image feature. Received: {info.name!r} with {list(info.features)}")
    return "image" if "image" in names else names[0]


def _label_features(features: tfds.features.FeaturesDict, prefix: str = "") -> dict[str, tfds.features.FeatureConnector]:
    """Integer and truth features by name, those of nested features as "attributes/Smiling"."""
    import tensorflow_datasets as tfds

    found: dict[str, tfds.features.FeatureConnector] = {}
    for name, feature in features.items():
        if isinstance(feature, tfds.features.FeaturesDict):
            found |= _label_features(feature, f"{prefix}{name}/")
        elif feature.shape == () and np.dtype(feature.np_dtype).kind in "iub":
            found[prefix + name] = feature
    return found


def _class_names(feature: tfds.features.FeatureConnector) -> list[str] | None:
    import tensorflow_datasets as tfds

    return list(feature.names) if isinstance(feature, tfds.features.ClassLabel) else None


def _default_label(info: tfds.core.DatasetInfo, names: Mapping[str, object]) -> str | None:
    supervised = (info.supervised_keys or (None, None))[1]
    return supervised if supervised in names else next(iter(names)) if len(names) == 1 else None


def _lookup(example: Mapping[str, tf.Tensor], path: str) -> tf.Tensor:
    for name in path.split("/"):
        example = example[name]
    return example

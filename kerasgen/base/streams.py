"""Data that come batch by batch, checked on their way into a model: tf.data, PyDataset, PyTorch's loaders, generators."""

from __future__ import annotations

import contextlib
import sys
import types
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import keras
import numpy as np

from kerasgen.base.checks import Rule, is_held, parts_of
from kerasgen.data.dataset import Dataset

if TYPE_CHECKING:
    import tensorflow as tf
    from torch.utils.data import DataLoader


class Watch:
    """Checks batches by a rule, the first for its least size too, and keeps the error that it raised.

    Keras runs data in threads and in graphs of TensorFlow, out of which an error comes as another.
    """

    def __init__(self, rule: Rule, least: int = 1) -> None:
        self.error: ValueError | None = None
        self._rule = rule
        self._least = least

    def __call__(self, data: object) -> tuple[object, ...]:
        """Gives a batch as (x,) or (x, y); raises ValueError as the rule does."""
        try:
            self._rule.check(data, self._least)
        except ValueError as error:
            self.error = error
            raise
        self._least = 1  # a smaller one at the end is no mistake
        x, y = parts_of(data)
        return (x,) if y is None else (x, y)

    def check_shape(self, data: object) -> None:
        """Raises ValueError as the rule does for black images of a batch's shapes: graphs are traced before their data come."""
        self._rule.check(data)

    @contextlib.contextmanager
    def errors(self) -> Iterator[None]:
        """Raises what the watch raised, where it comes out of Keras as another error."""
        try:
            yield
        except Exception as error:
            if self.error is None or error is self.error:
                raise
            raise self.error from None


def watched(data: object, watch: Watch) -> object:
    """Gives a stream whose batches pass `watch` as they are read, in the same order; what is no stream as it is.

    Raises ValueError for a stream of another kind, whose batches would pass unchecked.
    """
    if is_held(data) or isinstance(data, Dataset):
        return data
    if isinstance(data, keras.utils.PyDataset):
        return _Watched(data, watch)
    if isinstance(data, types.GeneratorType):
        return (watch(batch) for batch in data)
    tensorflow, torch = (sys.modules.get(name) for name in ("tensorflow", "torch"))  # what is not imported made no data
    if tensorflow is not None and isinstance(data, tensorflow.data.Dataset):
        return _watched_graph(data, watch)
    if torch is not None and isinstance(data, torch.utils.data.DataLoader):
        return _watched_loader(data, watch)
    raise ValueError(
        "Batches must come from a `kerasgen.data.Dataset`, a `tf.data.Dataset`, a `PyDataset`, a PyTorch `DataLoader` or a "
        f"generator. Received: {type(data).__module__}.{type(data).__qualname__}."
    )


class _Watched(keras.utils.PyDataset):
    """A user's `PyDataset`, with as many workers."""

    def __init__(self, dataset: keras.utils.PyDataset, watch: Callable[[object], object]) -> None:
        super().__init__(dataset.workers, dataset.use_multiprocessing, dataset.max_queue_size)
        self._dataset = dataset
        self._watch = watch

    @property
    def num_batches(self) -> int | None:
        return self._dataset.num_batches

    def __getitem__(self, index: int) -> object:
        return self._watch(self._dataset[index])

    def on_epoch_begin(self) -> None:
        self._dataset.on_epoch_begin()

    def on_epoch_end(self) -> None:
        self._dataset.on_epoch_end()


def _watched_graph(dataset: tf.data.Dataset, watch: Watch) -> tf.data.Dataset:
    """The check is called from TensorFlow's graph, where an error would come with another traceback: it is raised later."""
    import tensorflow as tf

    specs = keras.tree.flatten(dataset.element_spec)
    if not all(isinstance(spec, tf.TensorSpec) for spec in specs):
        raise ValueError(f"A dataset's batches must be dense tensors. Received: {dataset.element_spec}.")
    shapes = [spec.shape for spec in specs]
    if any(shape.rank is None or None in shape[1:] for shape in shapes):  # then the first batch tells
        shapes = [[None, *tensor.shape[1:]] for tensor in keras.tree.flatten(next(iter(dataset)))]
    black = [np.zeros((1, *shape[1:]), spec.dtype.as_numpy_dtype) for spec, shape in zip(specs, shapes, strict=True)]
    watch.check_shape(keras.tree.pack_sequence_as(dataset.element_spec, black))

    @tf.autograph.experimental.do_not_convert
    def passed(*batch: tf.Tensor) -> object:
        data = batch if len(batch) > 1 else batch[0]
        tensors = keras.tree.flatten(data)

        def accepts(*arrays: np.ndarray) -> bool:
            try:
                watch(keras.tree.pack_sequence_as(data, arrays))
            except ValueError:
                return False
            return True

        with tf.control_dependencies([tf.debugging.Assert(tf.numpy_function(accepts, tensors, tf.bool), ["refused"])]):
            checked = [tf.ensure_shape(tensor, shape) for tensor, shape in zip(tensors, shapes, strict=True)]
        return keras.tree.pack_sequence_as(data, checked)

    return dataset.map(passed).prefetch(1)


def _watched_loader(loader: DataLoader, watch: Watch) -> DataLoader:
    from torch.utils import data

    class Watched(data.DataLoader):
        """What Keras asks of a loader, from another."""

        def __init__(self) -> None:
            self.dataset, self.batch_size = loader.dataset, loader.batch_size

        def __iter__(self) -> Iterator[tuple[object, ...]]:  # type: ignore[override]  # the loader's own iterator is private
            return (watch(batch) for batch in loader)

        def __len__(self) -> int:
            return len(loader)

    return Watched()

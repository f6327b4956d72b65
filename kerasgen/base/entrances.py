"""Keras's `fit`, `evaluate`, `predict` and their forms for a single batch, behind one check of the data."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Mapping
from typing import TypeAlias

import keras

from kerasgen.backend.typing import Tensor
from kerasgen.base.batches import batch_size_of, held_back, pair_of
from kerasgen.base.checks import NO_WEIGHTS, Rule, TrainingData, check_whole, is_held, to_unit
from kerasgen.base.kept_state import KeptState
from kerasgen.base.settings import keras_defaults
from kerasgen.base.streams import Watch, watched
from kerasgen.data.dataset import Dataset
from kerasgen.data.epoch_order import EpochOrder

Callbacks: TypeAlias = Iterable[keras.callbacks.Callback] | keras.callbacks.Callback | None


class Entrances(keras.Model, abc.ABC):
    """Base of what takes data: images NHWC of the model's shape, float in [0, 1], or uint8, which is scaled.

    They come as arrays, tensors, a `kerasgen.data.Dataset`, a `tf.data.Dataset`, a `PyDataset`, a PyTorch `DataLoader` or a
    generator. Arrays and tensors are checked as a whole; of the others each batch, before it is trained on. Labels are whole
    numbers (n,), (n, 1) or one-hot vectors.

    Each method takes Keras's arguments, without weights of classes or samples, and raises ValueError for data of another kind,
    rank, size, dtype or range, for NaN, for a batch of fewer images than a phase has steps, and for labels missing or out of
    range. While it runs, `keras_defaults` are in force, for callbacks too.
    """

    @property
    @abc.abstractmethod
    def training_data(self) -> TrainingData:
        """What `fit` and `evaluate` take."""

    @property
    @abc.abstractmethod
    def input_data(self) -> Rule:
        """What `predict` takes."""

    @property
    @abc.abstractmethod
    def repeats(self) -> int:
        """The number of parts a batch is split into in training."""

    def training_callbacks(self, x: object, batch_size: int | None) -> list[keras.callbacks.Callback]:
        """Gives the callbacks that training needs, after those of `fit`; a hook, none by default."""
        return []

    def check_training(self, x: object, y: object, batch_size: int | None) -> None:
        """Raises ValueError for what `fit` must not be trained on, as far as that is known before it begins; a hook."""
        check_whole(self.training_data, x, y, batch_size, self.repeats)

    @keras_defaults()
    def fit(
        self,
        x: object = None,
        y: object = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Callbacks = None,
        validation_split: float = 0.0,
        validation_data: object = None,
        shuffle: bool | None = None,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: object = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int = 1,
    ) -> keras.callbacks.History:
        """Runs Keras's `fit`. A `Dataset` keeps its own order, that of the epoch, unless `shuffle` is told."""
        _refuse_weights(class_weight=class_weight, sample_weight=sample_weight)
        if validation_split and validation_data is None:
            x, y, validation_data = held_back(x, y, validation_split)
        size = batch_size_of(x, batch_size, steps_per_epoch)
        self.check_training(x, y, size)
        added, kept = self.training_callbacks(x, size), KeptState()
        watch, of_validation = Watch(self.training_data, self.repeats), Watch(self.training_data)
        if isinstance(validation_data, (list, tuple)):
            check_whole(self.training_data, *pair_of(validation_data), validation_batch_size, 1)
            validation_data = tuple(validation_data)
        elif validation_data is not None:
            check_whole(self.training_data, validation_data, None, validation_batch_size, 1)
        if isinstance(x, Dataset):
            added.append(EpochOrder(x))
        if shuffle is None:  # Keras warns where a stream is to be shuffled, which has an order of its own
            shuffle = is_held(x) or (isinstance(x, keras.utils.PyDataset) and not isinstance(x, Dataset))
        with watch.errors(), of_validation.errors(), kept.restored(self):
            return super().fit(
                watched(x, watch),
                y,
                batch_size,
                epochs,
                verbose,
                [kept, *as_list(callbacks), *added],
                validation_data=watched(validation_data, of_validation),
                shuffle=shuffle,
                initial_epoch=initial_epoch,
                steps_per_epoch=steps_per_epoch,
                validation_steps=validation_steps,
                validation_batch_size=validation_batch_size,
                validation_freq=validation_freq,
            )

    @keras_defaults()
    def evaluate(
        self,
        x: object = None,
        y: object = None,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        sample_weight: object = None,
        steps: int | None = None,
        callbacks: Callbacks = None,
        return_dict: bool = False,
        **of_keras: object,
    ) -> object:
        """Runs Keras's `evaluate`."""
        _refuse_weights(sample_weight=sample_weight)
        if of_keras:  # `fit` calls it, with what it has checked
            return super().evaluate(x, y, batch_size, verbose, None, steps, callbacks, return_dict, **of_keras)
        check_whole(self.training_data, x, y, batch_size, 1)
        watch, kept = Watch(self.training_data), KeptState()
        callbacks = [kept, *as_list(callbacks)]
        with watch.errors(), kept.restored(self):
            return super().evaluate(watched(x, watch), y, batch_size, verbose, None, steps, callbacks, return_dict)

    @keras_defaults()
    def predict(
        self,
        x: object,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        steps: int | None = None,
        callbacks: Callbacks = None,
    ) -> object:
        """Runs Keras's `predict`."""
        if is_held(x):
            self.input_data.check((x,))
        watch, kept = Watch(self.input_data), KeptState()
        with watch.errors(), kept.restored(self):
            return super().predict(watched(x, watch), batch_size, verbose, steps, [kept, *as_list(callbacks)])

    @keras_defaults()
    def train_on_batch(
        self,
        x: object,
        y: object = None,
        sample_weight: object = None,
        class_weight: Mapping[int, float] | None = None,
        return_dict: bool = False,
    ) -> object:
        """Runs Keras's `train_on_batch`."""
        _refuse_weights(class_weight=class_weight, sample_weight=sample_weight)
        self.training_data.check((x, y), self.repeats)
        return super().train_on_batch(x, y, return_dict=return_dict)

    @keras_defaults()
    def test_on_batch(self, x: object, y: object = None, sample_weight: object = None, return_dict: bool = False) -> object:
        """Runs Keras's `test_on_batch`."""
        _refuse_weights(sample_weight=sample_weight)
        self.training_data.check((x, y))
        return super().test_on_batch(x, y, return_dict=return_dict)

    @keras_defaults()
    def predict_on_batch(self, x: object) -> object:
        """Runs Keras's `predict_on_batch`."""
        self.input_data.check((x,))
        return super().predict_on_batch(x)

    def predict_step(self, *args: object) -> object:
        """Runs Keras's own, which on JAX does not come to `__call__`."""
        return super().predict_step(*keras.tree.map_structure(_scaled, args))

    @keras_defaults()
    def __call__(self, *args: object, **kwargs: object) -> Tensor:
        """Runs `call`, on images of uint8 as on those that they stand for."""
        args, kwargs = keras.tree.map_structure(_scaled, (args, kwargs))
        return super().__call__(*args, **kwargs)


def as_list(callbacks: Callbacks) -> list[keras.callbacks.Callback]:
    """Gives callbacks as a list, a single one or none too."""
    return [callbacks] if isinstance(callbacks, keras.callbacks.Callback) else list(callbacks or ())


def _scaled(value: object) -> object:
    shape, dtype = getattr(value, "shape", ()), getattr(value, "dtype", None)
    images = dtype is not None and len(shape) == 4 and keras.backend.standardize_dtype(dtype) == "uint8"
    return to_unit(value) if images else value


def _refuse_weights(**weights: object) -> None:
    given = [name for name, value in weights.items() if value is not None]
    if given:
        raise ValueError(f"{NO_WEIGHTS} Received: {', '.join(given)}.")

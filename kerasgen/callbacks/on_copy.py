"""Runs callbacks of a model that is trained on several devices with a copy of it on one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

import keras

Logs = Mapping[str, float] | None


class OnCopy(keras.callbacks.Callback):
    """Gives the callbacks a copy of the model that is trained: they use and save it as a model of one device.

    The copy gets the values of all variables, those of the optimizer too, when training begins and when an epoch ends. What the
    callbacks would change in the model does not reach it.

    Args:
        callbacks: to run.
        copy: a compiled model of the same arguments, of one device.
        alone: the context in which it runs.
    """

    def __init__(
        self,
        callbacks: Sequence[keras.callbacks.Callback],
        copy: keras.Model,
        alone: Callable[[], AbstractContextManager[object]],
    ) -> None:
        super().__init__()
        self._callbacks, self._copy, self._alone = callbacks, copy, alone
        for callback in callbacks:
            callback.set_model(copy)

    def set_params(self, params: dict[str, object]) -> None:
        super().set_params(params)
        for callback in self._callbacks:
            callback.set_params(params)

    def on_train_begin(self, logs: Logs = None) -> None:
        copy_variables(self.model, self._copy)
        self._run("on_train_begin", logs)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        self._run("on_epoch_begin", epoch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        for callback in self._callbacks:
            callback.on_train_batch_end(batch, logs)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        copy_variables(self.model, self._copy)
        self._run("on_epoch_end", epoch, logs)

    def on_train_end(self, logs: Logs = None) -> None:
        self._run("on_train_end", logs)

    def _run(self, hook: str, *args: object) -> None:
        with self._alone():
            for callback in self._callbacks:
                getattr(callback, hook)(*args)


def copy_variables(source: keras.Model, target: keras.Model) -> None:
    """Gives a model the values of another of the same arguments, with its random state and its optimizer's slots."""
    for of_source, of_target in (
        (source.variables, target.variables),
        (source.optimizer.variables, target.optimizer.variables),
    ):
        for one, other in zip(of_source, of_target, strict=True):
            other.assign(keras.ops.convert_to_numpy(one.value))

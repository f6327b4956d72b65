"""Runs callbacks where `fit` goes on within an epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import keras

Logs = Mapping[str, float] | None


class RestOfEpoch(keras.callbacks.CallbackList):
    """Tells callbacks of the rest of an epoch, which is all that `fit` knows, as of an epoch that began before.

    Args:
        callbacks: to run.
        first: the number of the first step of the rest, from 0.
        steps: of a whole epoch.
        epochs: of the whole run.
    """

    def __init__(self, callbacks: Sequence[keras.callbacks.Callback], first: int, steps: int, epochs: int) -> None:
        self._first, self._whole = first, {"steps": steps, "epochs": epochs}
        super().__init__(callbacks)

    def set_params(self, params: dict[str, object] | None) -> None:
        super().set_params({**(params or {}), **self._whole})

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        super().on_train_batch_begin(self._first + batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        super().on_train_batch_end(self._first + batch, logs)

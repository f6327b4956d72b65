"""Ends training when its time is up."""

from __future__ import annotations

import time
from collections.abc import Mapping

import keras


class StopAfter(keras.callbacks.Callback):
    """Ends `fit` at the first batch after `seconds`; the first batch, which compiles, does not count."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds
        self._end: float | None = None

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        if self._end is None:
            self._end = time.monotonic() + self._seconds
        elif time.monotonic() >= self._end:
            self.model.stop_training = True

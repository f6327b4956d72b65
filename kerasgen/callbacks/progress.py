"""One line that tells how far a run is."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Mapping
from typing import TextIO

import keras

TERMINAL, FILE = 0.5, 30.0  # seconds from one line to the next


class Progress(keras.callbacks.Callback):
    """Prints the epoch, images per second, the time that is left, and the losses.

    In a terminal the line is renewed in its place; elsewhere one is printed every half minute, and the last.

    Attributes:
        epochs_done: the number of complete epochs, those of earlier calls included; 0 before the first.
    """

    def __init__(self, batch_size: int, stream: TextIO | None = None) -> None:
        super().__init__()
        self.epochs_done = 0
        self._batch_size = batch_size
        self._stream = stream or sys.stdout
        self._terminal = self._stream.isatty() and os.environ.get("TERM") != "dumb"  # which would print what moves its cursor
        self._epoch = self._batches = 0
        self._first: float | None = None  # when the first batch, which compiles, was done
        self._shown = 0.0
        self._line = ""

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self._epoch = self.epochs_done = epoch

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = now
        else:
            self._batches += 1
        self._line = self._describe(now - self._first, batch + 1, logs or {})
        if now - self._shown >= (TERMINAL if self._terminal else FILE):
            self._shown = now
            self._print()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self.epochs_done = epoch + 1

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:
        if self._line:
            self._print()
            if self._terminal:
                self._stream.write("\n")

    def _describe(self, seconds: float, batch: int, logs: Mapping[str, float]) -> str:
        epochs, steps = self.params["epochs"], self.params["steps"] or batch
        terms = {name: value for name, value in logs.items() if name != "loss" or len(logs) == 1}
        losses = "  ".join(f"{name} {float(value):.4g}" for name, value in terms.items())
        speed = left = ""
        if self._batches and seconds > 0:
            speed = f"{self._batches * self._batch_size / seconds:.0f} images/s  "
            left = f"{duration(seconds / self._batches * ((epochs - self._epoch) * steps - batch))} left  "
        return f"epoch {self._epoch + 1}/{epochs}  {speed}{left}{losses}"

    def _print(self) -> None:
        if self._terminal:
            width = shutil.get_terminal_size().columns - 1  # a line that wraps would not be renewed in its place
            self._stream.write(f"\r{self._line[:width]}\x1b[K")
        else:
            self._stream.write(f"{self._line}\n")
        self._stream.flush()


def duration(seconds: float) -> str:
    """Gives a time as hours, minutes and seconds: 1:02:03."""
    minutes, seconds = divmod(max(0, round(seconds)), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"

"""Ends a run in order when the system or the user asks for it."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from types import FrameType, TracebackType

import keras

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """A signal asked the process to end.

    Attributes:
        status: the exit status that tells of it: 130 for SIGINT, 143 for SIGTERM.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.status = 128 + number


class Interruption(keras.callbacks.Callback):
    """Raises `Interrupted` at the first SIGINT or SIGTERM; the second one ends the process at once.

    In `fit` it comes when the step is done; after the last step of an epoch, when the epoch is done. Use it as a context
    around all of the run, in the main thread, and place it last among the callbacks.
    """

    def __init__(self) -> None:
        super().__init__()
        self._training = False
        self._asked: int | None = None

    def __enter__(self) -> Interruption:
        self._before = {each: signal.signal(each, self._handle) for each in SIGNALS}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        self._training = True

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        if batch + 1 != self.params["steps"]:
            self._end()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self._end()

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:
        self._training = False

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self._asked = number
        for each in SIGNALS:
            signal.signal(each, signal.SIG_DFL)
        if not self._training:
            self._end()

    def _end(self) -> None:
        if self._asked is not None:
            raise Interrupted(self._asked)

"""Losses and pictures for TensorBoard, from any backend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np


class TensorBoard(keras.callbacks.Callback):
    """Writes the epoch's logs as scalars, and pictures, into `directory`. Keras's own needs TensorFlow.

    Args:
        directory: for the event files; one that exists is gone on with.
        pictures: called with the model at the end of an epoch; gives named sheets, {name: (height, width, channels) uint8}.

    Raises ImportError without the package tensorboardX.
    """

    def __init__(self, directory: str | Path, pictures: Callable[[keras.Model], dict[str, np.ndarray]] | None = None):
        super().__init__()
        try:
            from tensorboardX import SummaryWriter
        except ImportError as error:
            raise ImportError(
                f"TensorBoard's files are written by tensorboardX: pip install 'kerasgen[tensorboard]'. Received: {error}."
            ) from None
        self._writer = SummaryWriter(str(directory))
        self._pictures = pictures

    def on_epoch_end(self, epoch, logs=None):
        for name, value in (logs or {}).items():
            self._writer.add_scalar(name, float(value), epoch + 1)
        for name, picture in (self._pictures(self.model) if self._pictures else {}).items():
            self._writer.add_image(name, picture, epoch + 1, dataformats="HWC")
        self._writer.flush()

    def on_train_end(self, logs=None):
        self._writer.close()

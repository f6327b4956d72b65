"""Losses and pictures in TensorBoard, from any backend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np


class TensorBoard(keras.callbacks.Callback):
    """Writes the epoch's logs as scalars, and pictures, into `directory`. Keras's own serves the TensorFlow backend alone.

    Args:
        directory: for the event files; one that exists is gone on with.
        pictures: called with the model at the end of an epoch; gives named sheets, {name: (height, width, channels) uint8}.

    Raises ImportError without TensorFlow, whose writer it is.
    """

    def __init__(self, directory: str | Path, pictures: Callable[[keras.Model], dict[str, np.ndarray]] | None = None):
        super().__init__()
        try:
            import tensorflow as tf
        except ImportError as error:
            raise ImportError("TensorBoard's files are written by TensorFlow: pip install 'kerasgen[tensorflow]'. "
                              f"Received: {error}.") from None
        self._tf = tf
        self._writer = tf.summary.create_file_writer(str(directory))
        self._pictures = pictures

    def on_epoch_end(self, epoch, logs=None):
        with self._writer.as_default(step=epoch + 1):
            for name, value in (logs or {}).items():
                self._tf.summary.scalar(name, float(value))
            for name, picture in (self._pictures(self.model) if self._pictures else {}).items():
                self._tf.summary.image(name, picture[None])
        self._writer.flush()

"""Losses and images for TensorBoard, from any backend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import keras
import numpy as np


class TensorBoard(keras.callbacks.Callback):
    """Writes the epoch's logs as scalars, and images, into `directory`. Keras's own needs TensorFlow.

    Args:
        directory: of the event files; an existing one is continued.
        images: called with the model at the end of an epoch; gives images by name, {name: (height, width, channels) uint8}.

    Raises ImportError without the package tensorboardX.
    """

    def __init__(self, directory: str | Path, images: Callable[[keras.Model], Mapping[str, np.ndarray]] | None = None) -> None:
        super().__init__()
        try:
            from tensorboardX import SummaryWriter
        except ImportError as error:
            raise ImportError(
                f"TensorBoard's files are written by tensorboardX: pip install 'kerasgen[tensorboard]'. Received: {error}."
            ) from None
        self._writer = SummaryWriter(str(directory))
        self._images = images

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        for name, value in (logs or {}).items():
            self._writer.add_scalar(name, float(value), epoch + 1)
        for name, image in (self._images(self.model) if self._images else {}).items():
            self._writer.add_image(name, image, epoch + 1, dataformats="HWC")
        self._writer.flush()

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:
        self._writer.close()

"""Writes a grid of images during training."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np

from kerasgen.files import make_folder
from kerasgen.images import make_grid, save_png


class ImageGrid(keras.callbacks.Callback, abc.ABC):
    """Abstract: writes what `images` gives as `<directory>/epoch_0001.png`, ..., every `every` epochs."""

    columns: int | None = None

    def __init__(self, directory: str | Path, every: int = 1) -> None:
        super().__init__()
        if every < 1:
            raise ValueError(f"every must be a positive number of epochs. Received: {every}.")
        self._directory = Path(directory)
        self._every = every

    @abc.abstractmethod
    def images(self) -> np.ndarray:
        """Gives the images of this epoch: (n, height, width, channels) in [0, 1], row by row in `columns`."""

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        if (epoch + 1) % self._every == 0:
            save_png(make_folder(self._directory) / f"epoch_{epoch + 1:04d}.png", make_grid(self.images(), self.columns))

"""Writes a sheet of samples during training."""

from __future__ import annotations

from pathlib import Path

import keras

from kerasgen.images import save_png, sheet


class SampleSheet(keras.callbacks.Callback):
    """Writes `n` samples of the same codes as `<directory>/epoch_0001.png`, ..., every `every` epochs.

    """

    def __init__(self, directory: str | Path, n: int = 64, every: int = 1, seed: int = 0):
        super().__init__()
        self._directory = Path(directory)
        self._n, self._every, self._seed = n, every, seed

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self._every == 0:
            self._directory.mkdir(parents=True, exist_ok=True)
            save_png(self._directory / f"epoch_{epoch + 1:04d}.png", sheet(self.model.sample(self._n, seed=self._seed)))

"""A grid of samples an epoch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kerasgen.callbacks.image_grid import ImageGrid
from kerasgen.latent.codes import labels_in_turn


class SampleGrid(ImageGrid):
    """Writes `n` samples of the same codes as `<directory>/epoch_0001.png`, ..., every `every` epochs.

    A conditional model generates its classes in turn.
    """

    def __init__(self, directory: str | Path, n: int = 64, every: int = 1, seed: int = 0) -> None:
        super().__init__(directory, every)
        self._n, self._seed = n, seed

    def images(self) -> np.ndarray:
        return self.model.sample(self._n, seed=self._seed, labels=labels_in_turn(self._n, self.model.num_classes))

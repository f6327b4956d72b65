"""A grid of reconstructions an epoch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kerasgen.callbacks.image_grid import ImageGrid
from kerasgen.images import COLUMNS, interleave


class ReconstructionGrid(ImageGrid):
    """Puts reconstructions under their images, `<directory>/epoch_0001.png`, ..., every `every` epochs.

    `images` are (n, height, width, channels) in [0, 1].
    """

    columns = COLUMNS

    def __init__(self, directory: str | Path, images: np.ndarray, every: int = 1) -> None:
        super().__init__(directory, every)
        self._originals = images

    def images(self) -> np.ndarray:
        return interleave(self._originals, self.model.reconstruct(self._originals))

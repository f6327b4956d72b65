"""A make_grid of reconstructions an epoch."""

import numpy as np

from kerasgen.callbacks.image_grid import ImageGrid
from kerasgen.images import COLUMNS, interleave


class ReconstructionGrid(ImageGrid):
    """Puts reconstructions under their images, `<directory>/epoch_0001.png`, ..., every `every` epochs.

    `images` are (n, height, width, channels) in [0, 1].
    """

    columns = COLUMNS

    def __init__(self, directory, images: np.ndarray, every: int = 1):
        super().__init__(directory, every)
        self._images = images

    def pictures(self):
        return interleave(self._images, self.model.reconstruct(self._images))

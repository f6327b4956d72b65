"""A sheet of reconstructions an epoch."""

import numpy as np

from kerasgen.callbacks.picture_sheet import PictureSheet
from kerasgen.images import in_pairs


class ReconstructionSheet(PictureSheet):
    """Puts reconstructions under their images, `<directory>/epoch_0001.png`, ..., every `every` epochs.

    `images` are (n, height, width, channels) in [0, 1]; 8 go into a row.
    """

    columns = 8

    def __init__(self, directory, images: np.ndarray, every: int = 1):
        super().__init__(directory, every)
        self._images = images

    def pictures(self):
        return in_pairs(self._images, self.model.reconstruct(self._images), self.columns)

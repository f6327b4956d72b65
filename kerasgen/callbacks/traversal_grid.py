"""A grid of latent traversals an epoch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kerasgen.analysis import order_by_kl, traverse
from kerasgen.callbacks.image_grid import ImageGrid
from kerasgen.models.vae_base import BaseVAE


class TraversalGrid(ImageGrid):
    """Moves one number of an image's code a row, as `<directory>/epoch_0001.png`, ..., every `every` epochs.

    A VAE's rows are the `rows` dimensions that it uses most, by their KL over `images`; the first image's code moves.
    """

    columns: int = 9

    def __init__(self, directory: str | Path, images: np.ndarray, every: int = 1, rows: int = 10) -> None:
        super().__init__(directory, every)
        self._originals, self._rows = images, rows

    def images(self) -> np.ndarray:
        order = np.arange(self.model.latent_dim)
        if isinstance(self.model, BaseVAE):
            order = order_by_kl(self.model, self._originals)[0]
        rows = traverse(self.model, self.model.encode(self._originals[:1])[0], order[: self._rows], steps=self.columns)
        return rows.reshape(-1, *rows.shape[2:])

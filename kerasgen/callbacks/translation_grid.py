"""A grid of translations an epoch."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kerasgen.analysis.translations import before_and_after
from kerasgen.callbacks.image_grid import ImageGrid
from kerasgen.data.dataset import Dataset
from kerasgen.images import COLUMNS


class TranslationGrid(ImageGrid):
    """Puts translations under their sources, over the truth where there is one, as `<directory>/epoch_0001.png`, ...

    The first images of each kind in `dataset` (`PairedDataset` or `UnpairedDataset`) are shown, every `every` epochs.
    """

    columns = COLUMNS

    def __init__(self, directory: str | Path, dataset: Dataset, every: int = 1) -> None:
        super().__init__(directory, every)
        self._dataset = dataset

    def images(self) -> np.ndarray:
        return before_and_after(self.model, self._dataset)

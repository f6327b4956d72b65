"""A make_grid of translations an epoch."""

from kerasgen.analysis.translations import before_and_after
from kerasgen.callbacks.image_grid import ImageGrid
from kerasgen.images import COLUMNS


class TranslationGrid(ImageGrid):
    """Puts translations under their sources, over the truth where there is one, as `<directory>/epoch_0001.png`, ...

    `batches` are `PairedBatches` or `UnpairedBatches`; the first images of each kind are shown, every `every` epochs.
    """

    columns = COLUMNS

    def __init__(self, directory, batches, every: int = 1):
        super().__init__(directory, every)
        self._batches = batches

    def pictures(self):
        return before_and_after(self.model, self._batches)

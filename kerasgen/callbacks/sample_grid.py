"""A make_grid of samples an epoch."""

from kerasgen.callbacks.image_grid import ImageGrid
from kerasgen.latent.codes import labels_in_turn


class SampleGrid(ImageGrid):
    """Draws `n` samples of the same codes as `<directory>/epoch_0001.png`, ..., every `every` epochs.

    Where there are classes, they come in turn.
    """

    def __init__(self, directory, n: int = 64, every: int = 1, seed: int = 0):
        super().__init__(directory, every)
        self._n, self._seed = n, seed

    def pictures(self):
        return self.model.sample(self._n, seed=self._seed, labels=labels_in_turn(self._n, self.model.num_classes))

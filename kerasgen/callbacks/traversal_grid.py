"""A make_grid of latent traversals an epoch."""

import numpy as np

from kerasgen.callbacks.image_grid import ImageGrid


class TraversalGrid(ImageGrid):
    """Moves one number of an image's code a row, as `<directory>/epoch_0001.png`, ..., every `every` epochs.

    A VAE's rows are the `rows` dimensions that it uses most, by their KL over `images`; the first image's code moves.
    """

    columns = 9

    def __init__(self, directory, images: np.ndarray, every: int = 1, rows: int = 10):
        super().__init__(directory, every)
        self._images, self._rows = images, rows

    def pictures(self):
        from kerasgen.analysis import order_by_kl, traverse

        order = np.arange(self.model.latent_dim)
        if hasattr(self.model, "encode_distribution"):
            order = order_by_kl(self.model, self._images)[0]
        images = traverse(self.model, self.model.encode(self._images[:1])[0], order[: self._rows], steps=self.columns)
        return images.reshape(-1, *images.shape[2:])

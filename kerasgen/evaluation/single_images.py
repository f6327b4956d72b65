"""The images of datasets that hold no pairs."""

from __future__ import annotations

import numpy as np

from kerasgen.data.dataset import Dataset


def single_images(dataset: Dataset, chosen: np.ndarray | slice = slice(None)) -> np.ndarray:
    """Gives all images of a dataset, or those chosen: (n, height, width, channels) float32 in [0, 1].

    Raises ValueError for a dataset of pairs or of two domains.
    """
    images = dataset.images(chosen)
    if isinstance(images, tuple):
        raise ValueError("This needs a data set of single images. Received: one of pairs or of two domains.")
    return images

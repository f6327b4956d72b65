"""Reconstructions beside the truth."""

from collections.abc import Sequence

import numpy as np

from kerasgen.images import to_float


def reconstructions(models: Sequence, images: np.ndarray) -> np.ndarray:
    """Rows of pictures: what each model makes of the images, in order, and the images themselves last.

    Args:
        models: models with `reconstruct`, as autoencoders of 2 and 5 numbers.
        images: (n, height, width, channels) in [0, 1], or uint8.

    Returns:
        (models + 1, n, height, width, channels) float32 in [0, 1].
    """
    return np.stack([*(model.reconstruct(images) for model in models), to_float(images)])

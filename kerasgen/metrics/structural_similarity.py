"""Structural similarity of Wang et al. 2004, "Image quality assessment: from error visibility to structural similarity"."""

from __future__ import annotations

import numpy as np
from skimage.metrics import structural_similarity as of_a_pair


def structural_similarity(images: np.ndarray, others: np.ndarray) -> float:
    """Gives the mean SSIM over images and channels, with the paper's Gaussian window of deviation 1.5 and K = 0.01 and 0.03.

    Args:
        images: (n, height, width, channels) in [0, 1], at least 11 pixels a side.
        others: of the same shape.

    Returns:
        1 for equal images. Raises ValueError for different shapes.
    """
    options = {"data_range": 1.0, "channel_axis": -1, "gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    return float(np.mean([of_a_pair(a, b, **options) for a, b in zip(images, others, strict=True)]))

"""Kernel distance between features of two sets of images (Binkowski et al. 2018, arXiv:1801.01401, section 4)."""

from __future__ import annotations

import numpy as np
from sklearn.metrics.pairwise import polynomial_kernel

from kerasgen.metrics.features import check_pair


def kernel_distance(real: np.ndarray, generated: np.ndarray, block: int = 1000) -> tuple[float, float]:
    """Gives the squared maximum mean discrepancy under the kernel (x.y / dimensions + 1)^3, unbiased for any number.

    The mean over disjoint blocks of both sets, in their order (shuffle sets that are sorted); what is left over is not used.

    Args:
        real: features (n, dimensions).
        generated: features (m, dimensions).
        block: images of each set in a block; fewer where the smaller set would not give ten.

    Returns:
        The distance, about 0 (below it by chance) for equal distributions, and its standard error over the blocks, NaN below
        four images, where there is one block. Raises ValueError for NaN, dimensions that differ and fewer than 2 images.
    """
    real, generated = check_pair(real, generated)
    if block < 2:
        raise ValueError(f"A block needs at least 2 images. Received: block={block}.")
    images = min(len(real), len(generated))
    size = min(block, max(images // 10, 2))
    starts = range(0, images - size + 1, size)
    estimates = [_unbiased(real[start : start + size], generated[start : start + size]) for start in starts]
    error = np.std(estimates, ddof=1) / np.sqrt(len(estimates)) if len(estimates) > 1 else np.nan
    return float(np.mean(estimates)), float(error)


def _unbiased(x: np.ndarray, y: np.ndarray) -> float:
    """Gives the U-statistic of Gretton et al. 2012, equation 3."""
    within = [polynomial_kernel(each, degree=3, coef0=1.0) for each in (x, y)]
    pairs = len(x) * (len(x) - 1)
    across = polynomial_kernel(x, y, degree=3, coef0=1.0).mean()
    return sum((kernel.sum() - np.trace(kernel)) / pairs for kernel in within) - 2.0 * across

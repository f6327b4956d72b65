"""How well the lines of two drawings agree."""

from __future__ import annotations

import numpy as np
from scipy import ndimage


def edge_agreement(lines: np.ndarray, others: np.ndarray, tolerance: int = 1) -> float:
    """Gives the mean F1 over drawings; a line pixel counts if the other drawing has one within `tolerance` pixels.

    As the boundary benchmark of Martin, Fowlkes and Malik 2004 counts, with a square for the distance and without its
    one-to-one assignment.

    Args:
        lines: truth values (n, height, width), true on lines.
        others: likewise.
        tolerance: in pixels, of the larger of the two offsets.

    Returns:
        1 for drawings whose lines agree; a drawing without lines agrees with its like alone.
    """
    near = ndimage.generate_binary_structure(2, 2)
    return float(np.mean([_f1(a, b, near, tolerance) for a, b in zip(lines, others, strict=True)]))


def _f1(lines: np.ndarray, others: np.ndarray, near: np.ndarray, tolerance: int) -> float:
    if not lines.any() or not others.any():
        return float(lines.any() == others.any())
    around = [ndimage.binary_dilation(each, near, tolerance) for each in (lines, others)] if tolerance else (lines, others)
    precision, recall = around[1][lines].mean(), around[0][others].mean()
    return 2.0 * precision * recall / (precision + recall) if precision + recall else 0.0

"""Transforms that make a source of an image: what a translator is to turn back into that image. `TRANSFORMS` names them.

Each maps uint8 (height, width, channels) to uint8 (height, width, 1 or channels).
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from kerasgen.images.resize import by_band, fit_array

LINE = 0.8  # of the standard deviation of the difference of Gaussians: what is darker becomes a line
SCALE = 64  # pixels a side to one of the finer Gaussian's deviation, so that lines look alike at every size


def edges(image: np.ndarray) -> np.ndarray:
    """Black lines on white: where a difference of Gaussians (Marr and Hildreth 1980) is dark, specks removed."""
    from scipy import ndimage
    from skimage.morphology import remove_small_objects

    scale = min(image.shape[:2]) / SCALE
    smooth = ndimage.median_filter(gray(image)[..., 0] / 255.0, 3)
    difference = ndimage.gaussian_filter(smooth, scale) - ndimage.gaussian_filter(smooth, 1.6 * scale)
    lines = difference < -LINE * difference.std() - 1e-3  # a plain image has none
    lines = remove_small_objects(lines, max_size=round(6 * scale * scale), connectivity=2)
    return np.where(lines, 0, 255).astype("uint8")[..., None]


def gray(image: np.ndarray) -> np.ndarray:
    """Luma: what is left of a color photograph in black and white."""
    return fit_array(image, None, 1)


def masked(image: np.ndarray) -> np.ndarray:
    """The image with its middle, half of the sides long, in plain gray (Pathak et al. 2016, arXiv:1604.07379)."""
    height, width = image.shape[:2]
    result = image.copy()
    result[height // 4 : height - height // 4, width // 4 : width - width // 4] = 127
    return result


def coarse(image: np.ndarray) -> np.ndarray:
    """The image at a quarter of its resolution, enlarged again."""
    height, width = image.shape[:2]
    small = fit_array(image, (max(1, height // 4), max(1, width // 4)), None)
    return by_band(small, lambda band: band.resize((width, height), Image.Resampling.BICUBIC))


TRANSFORMS = {"edges": edges, "gray": gray, "masked": masked, "coarse": coarse}

"""Brings images to one size and number of channels, with Pillow."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageOps

Size = tuple[int, int]  # height, width

# ITU-R 601 luma, what Pillow's mode "L" uses.
_LUMA = np.array([0.299, 0.587, 0.114], dtype="float32")


def fit_image(image: Image.Image, size: Size | None, channels: int | None) -> np.ndarray:
    """Gives an image of mode "L" or "RGB" as uint8 (height, width, channels); channels None keeps its own."""
    if channels is None:
        channels = 1 if image.mode == "L" else 3
    mode = "L" if channels == 1 else "RGB"
    image = image if image.mode == mode else image.convert(mode)
    if size is not None and image.size != size[::-1]:
        image = ImageOps.fit(image, size[::-1], Image.Resampling.LANCZOS)
    array = np.asarray(image)
    return array[..., None] if channels == 1 else array


def fit_array(image: np.ndarray, size: Size | None, channels: int | None) -> np.ndarray:
    """Gives an image (height, width, C), uint8 or float32 in [0, 1], with the size and channels asked for."""
    if channels is not None:
        image = _convert(image, channels)
    if size is None or image.shape[:2] == size:
        return image
    return by_band(image, lambda band: ImageOps.fit(band, size[::-1], Image.Resampling.LANCZOS))


def by_band(image: np.ndarray, resample: Callable[[Image.Image], Image.Image]) -> np.ndarray:
    """Resamples each band of an image (height, width, C), uint8 or float32 in [0, 1], and keeps its range.

    Pillow resizes float images only as single bands, and bands are independent of each other.
    """
    bands = [resample(Image.fromarray(np.ascontiguousarray(image[..., band]))) for band in range(image.shape[-1])]
    image = np.stack([np.asarray(band) for band in bands], axis=-1)
    # Lanczos overshoots at edges; Pillow clips bytes, not floats.
    return image if image.dtype == np.uint8 else np.clip(image, 0.0, 1.0)


def _convert(image: np.ndarray, channels: int) -> np.ndarray:
    found = image.shape[-1]
    if found == channels:
        return image
    if (found, channels) == (1, 3):
        return np.repeat(image, 3, axis=-1)
    if (found, channels) == (3, 1):
        if image.dtype == np.uint8:
            return np.asarray(Image.fromarray(image).convert("L"))[..., None]
        return (image @ _LUMA)[..., None]
    raise ValueError(f"Images of 1 or 3 channels can be converted. Received: {found} channels, channels={channels}")

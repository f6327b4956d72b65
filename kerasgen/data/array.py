"""An array as a source of images."""

from __future__ import annotations

import numpy as np

from kerasgen.data.source import Source
from kerasgen.data.splits import select
from kerasgen.images.check import check_images
from kerasgen.images.resize import Size, fit_array


def read_array(images: np.ndarray, split: str, size: Size | None, channels: int | None, labels: bool | str | None) -> Source:
    """Takes images (N, height, width, channels) or (N, height, width), uint8 or float in [0, 1]; all are "train".

    Raises ValueError for what `check_images` refuses, for another split and for labels.
    """
    if labels not in (None, False):
        raise ValueError(f"An array has no labels; use ImageDataset(images, labels). Received: labels={labels!r}")
    if images.ndim == 3:
        images = images[..., None]
    check_images(images)
    parts = [images[indices.start : indices.stop] for _, indices in select(split, {"train": len(images)})]
    images = parts[0] if len(parts) == 1 else np.concatenate(parts)
    if images.dtype != np.uint8:
        images = images.astype("float32", copy=False)
    if size not in (None, images.shape[1:3]) or channels not in (None, images.shape[-1]):
        images = np.stack([fit_array(image, size, channels) for image in images])
    return Source(images)

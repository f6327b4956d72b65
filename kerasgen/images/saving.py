"""Images as files of the format that the suffix says: PNG by numpy alone, the others by Pillow."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from kerasgen.files import atomic_write, user_path
from kerasgen.images.png import save_png

STILLS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
ANIMATIONS = {".webp": "WEBP", ".gif": "GIF", ".png": "PNG"}
_OPTIONS: dict[str, dict[str, int | bool]] = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}}
_SIDE = {"JPEG": 65_535, "WEBP": 16_383}  # of the largest image that the format holds, in pixels


def check_suffix(path: str | Path, formats: Mapping[str, str] = STILLS) -> str:
    """Gives the format of an image file by its suffix.

    Raises ValueError for a suffix of another format, ImportError for a format that needs Pillow where it is missing.
    """
    kind = formats.get(Path(path).suffix.lower())
    if kind is None:
        raise ValueError(f"The output must end in one of {', '.join(formats)}. Received: {Path(path).name}.")
    if kind != "PNG" and importlib.util.find_spec("PIL") is None:
        raise ImportError(f"A {kind} file is written by Pillow: pip install pillow. Received: {path}.")
    return kind


def save_image(path: str | Path, image: np.ndarray) -> Path:
    """Writes a uint8 image (height, width, 1 or 3) in the format that the suffix says, whole or not at all; gives the path.

    JPEG is of quality 95, WebP without loss. Raises as `check_suffix`, and ValueError for an image that is too large for the
    format.
    """
    kind = check_suffix(path)
    if kind == "PNG":
        return save_png(path, image)
    from PIL import Image

    height, width = image.shape[:2]
    if max(height, width) > _SIDE[kind]:
        raise ValueError(f"A {kind} file has {_SIDE[kind]:,} pixels a side at most. Received: {width} x {height} for {path}.")
    with atomic_write(path) as beside:
        Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image).save(beside, kind, **_OPTIONS[kind])
    return user_path(path)

"""An animation of a path through latent space."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from kerasgen.analysis.interpolation import interpolate
from kerasgen.files import atomic_write
from kerasgen.images import check_output, check_suffix, to_uint8
from kerasgen.images.saving import ANIMATIONS


def loop_codes(codes: np.ndarray, steps: int = 24) -> np.ndarray:
    """Joins codes (n, latent_dim) by paths over the sphere, the last to the first: the frames (n steps, latent_dim).

    Raises ValueError for fewer than 2 codes.
    """
    if len(codes) < 2:
        raise ValueError(f"A path needs at least 2 codes. Received: {len(codes)}.")
    paths = [interpolate(start, end, steps + 1)[:-1] for start, end in zip(codes, np.roll(codes, -1, axis=0), strict=True)]
    return np.concatenate(paths)


def save_animation(path: str | Path, images: np.ndarray, frames_per_second: float = 24.0, overwrite: bool = False) -> Path:
    """Writes frames (n, height, width, channels) in [0, 1] as an animated image that repeats: .webp, .gif or .png.

    Raises as `check_suffix` and `check_output`.
    """
    kind = check_suffix(path, ANIMATIONS)
    path = check_output(path, overwrite)
    first, *others = (Image.fromarray(frame.squeeze(-1) if frame.shape[-1] == 1 else frame) for frame in to_uint8(images))
    with atomic_write(path) as beside:
        first.save(
            beside,
            format=kind,
            save_all=True,
            append_images=others,
            loop=0,
            duration=1000.0 / frames_per_second,
            **({"quality": 90} if kind == "WEBP" else {}),
        )
    return path

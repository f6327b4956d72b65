"""A film through latent space."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from kerasgen.analysis.interpolation import interpolate
from kerasgen.images import check_output, to_uint8

SUFFIXES = (".webp", ".gif", ".png")


def loop_codes(codes: np.ndarray, steps: int = 24) -> np.ndarray:
    """Codes (n, latent_dim) joined by ways over the sphere, the last to the first: (n steps, latent_dim), a film's frames.

    Raises ValueError for fewer than 2 codes.
    """
    if len(codes) < 2:
        raise ValueError(f"A way needs 2 codes at least. Received: {len(codes)}.")
    ways = [interpolate(start, end, steps + 1)[:-1] for start, end in zip(codes, np.roll(codes, -1, axis=0), strict=True)]
    return np.concatenate(ways)


def save_animation(path: str | Path, images: np.ndarray, frames_per_second: float = 24.0, overwrite: bool = False) -> Path:
    """Writes frames (n, height, width, channels) in [0, 1] as an animated picture that repeats: .webp, .gif or .png.

    Raises ValueError for another suffix, and as `check_output`.
    """
    path = check_output(path, overwrite)
    if path.suffix not in SUFFIXES:
        raise ValueError(f"A film ends in one of {', '.join(SUFFIXES)}. Received: {path.name}.")
    frames = [Image.fromarray(frame.squeeze(-1) if frame.shape[-1] == 1 else frame) for frame in to_uint8(images)]
    beside = path.with_name(f".{path.name}")
    options = {"quality": 90} if path.suffix == ".webp" else {}
    frames[0].save(
        beside,
        format=path.suffix[1:].upper(),
        save_all=True,
        append_images=frames[1:],
        loop=0,
        duration=1000.0 / frames_per_second,
        **options,
    )
    beside.replace(path)
    return path

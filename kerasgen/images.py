"""Pictures on disk: numpy alone, so that the runtime needs no more."""

from __future__ import annotations

import math
import os
import struct
import zlib
from pathlib import Path

import numpy as np

COLUMNS = 8  # of a sheet in rows


def to_uint8(images: np.ndarray) -> np.ndarray:
    """Rounds images in [0, 1] to 0..255."""
    return np.rint(np.clip(images, 0.0, 1.0) * 255.0).astype("uint8")


def to_float(images: np.ndarray) -> np.ndarray:
    """Gives images as float32 in [0, 1]: uint8 divided by 255, floats as they are."""
    if images.dtype == np.uint8:
        return np.divide(images, 255.0, dtype="float32")
    return images.astype("float32")


def sheet(images: np.ndarray, columns: int | None = None, gap: int = 2) -> np.ndarray:
    """Lays images (n, height, width, channels) in [0, 1] out on white, row by row; (rows, columns) near a square if not told.

    Returns:
        (sheet height, sheet width, channels) uint8.
    """
    n, height, width, channels = images.shape
    columns = columns or math.ceil(math.sqrt(n))
    rows = math.ceil(n / columns)
    result = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, channels), 255, dtype="uint8")
    for index, image in enumerate(to_uint8(images)):
        top, left = index // columns * (height + gap), index % columns * (width + gap)
        result[top:top + height, left:left + width] = image
    return result


def in_rows(*sets: np.ndarray, columns: int = COLUMNS) -> np.ndarray:
    """Arranges sets of n pictures for a sheet of `columns`: a row of the first, the same of the second, and so on.

    Grey pictures among colour ones become colour.
    """
    channels = max(part.shape[-1] for part in sets)
    sets = [np.broadcast_to(part, (*part.shape[:-1], channels)) for part in sets]
    return np.concatenate([part[start:start + columns] for start in range(0, len(sets[0]), columns) for part in sets])


def check_output(path: str | Path, overwrite: bool = False) -> Path:
    """Raises ValueError, before any work, if `path` cannot be written or exists and is not to be replaced."""
    path = Path(path)
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK) or path.is_dir():
        raise ValueError(f"The output must be a file in an existing folder that can be written. Received: {path}.")
    if path.exists() and not overwrite:
        raise ValueError(f"The output exists; it is replaced only if told to (overwrite). Received: {path}.")
    return path


def save_png(path: str | Path, picture: np.ndarray) -> Path:
    """Writes a uint8 picture (height, width, 1 or 3) as PNG, beside and renamed, so that no half file is left."""
    path = Path(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        beside.write_bytes(_png(picture))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def _png(picture: np.ndarray) -> bytes:
    """The PNG (ISO/IEC 15948) of a uint8 picture (height, width, 1 or 3): each row by its filter 1, differences along it."""
    height, width, channels = picture.shape
    rows = np.diff(picture, axis=1, prepend=np.zeros_like(picture[:, :1])).reshape(height, -1)
    rows = np.concatenate([np.ones((height, 1), "uint8"), rows], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 0 if channels == 1 else 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks)

"""PNG files, by numpy alone, so that the runtime needs no imaging library."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import numpy as np

from kerasgen.files import atomic_write, user_path


def check_output(path: str | Path, overwrite: bool = False) -> Path:
    """Raises ValueError, before any work, if `path` cannot be written or exists and is not to be replaced."""
    path = user_path(path)
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK) or path.is_dir():
        raise ValueError(f"The output must be a file in an existing folder that can be written. Received: {path}.")
    if path.exists() and not overwrite:
        raise ValueError(f"The output exists; it is replaced only if told to (overwrite=True). Received: {path}.")
    return path


def save_png(path: str | Path, image: np.ndarray) -> Path:
    """Writes a uint8 image (height, width, 1 or 3) as PNG, whole or not at all; gives the path."""
    with atomic_write(path) as beside:
        beside.write_bytes(_png(image))
    return user_path(path)


def _png(image: np.ndarray) -> bytes:
    """The PNG (ISO/IEC 15948) of a uint8 image (height, width, 1 or 3): each row by its filter 1, differences along it."""
    height, width, channels = image.shape
    rows = np.diff(image, axis=1, prepend=np.zeros_like(image[:, :1])).reshape(height, -1)
    rows = np.concatenate([np.ones((height, 1), "uint8"), rows], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 0 if channels == 1 else 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )

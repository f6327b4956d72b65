"""Files: the only place that replaces one, and their identity."""

from __future__ import annotations

import contextlib
import hashlib
import uuid
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Gives a path beside `path` to write to; after the block the file written there takes the place of `path`.

    If the block raises, `path` is left as it was and nothing stays beside it. The path given ends with the name of `path`, so
    that writers which go by the suffix work.
    """
    path = Path(path)
    beside = path.with_name(f".{uuid.uuid4().hex[:8]}.{path.name}")
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def sha256(path: str | Path) -> str:
    """Gives the sha256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()

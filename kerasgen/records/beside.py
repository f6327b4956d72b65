"""Files that a record names, in its own folder."""

from __future__ import annotations

import os
from pathlib import Path


def beside(record: Path, name: str, what: str) -> Path:
    """Gives the file that a record names, in the folder of the record; `what` it is, for messages.

    Raises ValueError for a link that leads out of that folder, and for what is no plain file.
    """
    path = record.with_name(name)
    if path.is_symlink() and os.path.dirname(os.path.realpath(path)) != os.path.realpath(record.parent):
        raise ValueError(f"{what} must lie in the folder of {record.name}, no link out of it. Received: {path}, a link.")
    if path.exists() and not path.is_file():
        raise ValueError(f"{what} must be a plain file. Received: {path}.")
    return path

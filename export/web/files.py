"""The folder of a page: checked before work, replaced as a whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def check_site(folder: Path, overwrite: bool) -> None:
    """Raises ValueError unless a page can be written to `folder`: new, empty, or with `overwrite` a page already."""
    parent = folder.absolute().parent
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        raise ValueError(f"A page needs an existing folder that can be written to. Received: {parent}.")
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not (folder / "site.json").is_file():
        raise ValueError(f"A page is written to a new or empty folder, or over an earlier page. Received: {folder}.")
    if not overwrite:
        raise ValueError(f"A page does not replace another unless told to (overwrite=True). Received: {folder}.")


def publish(made: Path, folder: Path) -> None:
    """Moves `made`, on the same disk, to `folder`; what was there is deleted with the temporary folder of `made`."""
    before = made.with_name("before")
    if folder.exists():
        folder.rename(before)
    try:
        made.rename(folder)
    except BaseException:
        if before.exists():
            before.rename(folder)
        raise

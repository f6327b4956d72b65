"""A folder of image files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from kerasgen.data.file_set import FileSet, arrange
from kerasgen.data.image_files import SUFFIXES


def find_in_folder(root: Path) -> FileSet:
    """Finds the image files below a folder; see `arrange`. Raises ValueError for no image at all, and as `image_files`."""
    return arrange(root, ((file.relative_to(root), file) for file in image_files(root)))


def image_files(folder: Path) -> list[Path]:
    """Gives the image files below a folder, in linked folders too, ordered by path; hidden ones aside.

    Raises ValueError for a folder that is linked into itself, and for a link that leads to nothing.
    """
    # Hidden files are thumbnails and leftovers of other programs.
    found = [Path(place, name) for place, names in _walk(folder) for name in names if not name.startswith(".")]
    lost = [path for path in found if path.suffix.lower() in ("", *SUFFIXES) and not path.exists()]
    if lost:
        raise ValueError(f"A link must lead to a file or a folder. Received: {lost[0]}, which leads to {os.readlink(lost[0])}")
    return sorted(path for path in found if path.suffix.lower() in SUFFIXES and path.is_file())


def _walk(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Yields a folder and those below it, with the names of their files."""
    reached: dict[str, tuple[str, ...]] = {
        os.fspath(folder): (os.path.realpath(folder),)
    }  # the real folders on the way to each
    for place, folders, names in os.walk(folder, followlinks=True):
        way = reached.pop(place)
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in folders:
            inner = os.path.join(place, name)
            real = os.path.realpath(inner)
            if real in way:
                raise ValueError(f"A folder must not be linked into itself. Received: {inner}, which leads to {real}")
            reached[inner] = (*way, real)
        yield place, names

"""A folder of image files."""

from __future__ import annotations

from pathlib import Path

from kerasgen.data.file_set import FileSet, arrange
from kerasgen.data.image_files import image_files


def find_in_folder(root: Path) -> FileSet:
    """Finds the image files below a folder; see `arrange`. Raises ValueError for no image at all."""
    return arrange(root, ((file.relative_to(root), file) for file in image_files(root)))

"""A CSV file that names image files and their labels."""

from __future__ import annotations

import csv
from pathlib import Path

from kerasgen.data.file_set import Entry, FileSet
from kerasgen.data.image_files import SUFFIXES, no_images
from kerasgen.errors import reason

PATHS = ("path", "file", "filename", "file_name", "filepath", "image")  # names of the column with the paths
SPLIT = "split"


def find_in_csv(path: Path) -> FileSet:
    """Finds the image files that the rows of a CSV file name.

    Its first line names the columns: one of `PATHS`, relative to the file's own folder; "split" where there are splits; every
    other one is a label. Without such a line the columns are path and label. Raises ValueError for another form.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            rows = [row for row in csv.reader(stream) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"A CSV file must be text in UTF-8. Received: {path} ({reason(error)})") from None
    if not rows:
        raise no_images(path)
    first = [cell.strip() for cell in rows[0]]
    if any(Path(cell).suffix.lower() in SUFFIXES for cell in first):
        columns = ["path", "label"][: len(first)]
    else:
        columns, rows = first, rows[1:]
    place = next((columns.index(name) for name in PATHS if name in columns), None)
    if place is None or not rows:
        raise ValueError(
            f"A CSV file must have a column of paths, named {', '.join(PATHS)}, and a line an image. Received: {path} with the "
            f"columns {', '.join(columns)} and {len(rows)} lines"
        )
    splits: dict[str, list[Entry]] = {}
    for number, row in enumerate(rows, 1):
        if len(row) != len(columns):
            raise ValueError(
                f"A line of a CSV file must have a cell for each of {', '.join(columns)}. Received: {len(row)} cells for image "
                f"{number} of {path}"
            )
        cells = {name: cell.strip() for name, cell in zip(columns, row, strict=True)}
        file = path.parent / cells.pop(columns[place])
        splits.setdefault(cells.pop(SPLIT, "train"), []).append(Entry(file, cells))
    return FileSet(str(path), splits)

"""Parquet files with a column of images, as Hugging Face's `datasets` writes them; pyarrow reads them."""

from __future__ import annotations

from pathlib import Path

from kerasgen.data.file_set import SPLITS, Entry, FileSet
from kerasgen.data.image_column import class_names, entries, find_columns, need_pyarrow
from kerasgen.errors import reason

LIMIT = 2 * 2**30  # bytes of encoded images that are held in memory


def find_in_parquet(path: Path) -> FileSet:
    """Finds the images in a Parquet file, or in those of a folder; files are of the split that their name begins with.

    The encoded images are held in memory. Raises ImportError where pyarrow is missing, ValueError for files without a column of
    images and for more than 2 GiB of them.
    """
    need_pyarrow(path)
    import pyarrow
    import pyarrow.parquet

    files = [path] if path.is_file() else sorted(path.rglob("*.parquet"))
    splits: dict[str, list[Entry]] = {}
    classes: dict[str, list[str]] = {}
    size = 0
    for file in files:
        try:
            with pyarrow.parquet.ParquetFile(file) as opened:
                size += sum(opened.metadata.row_group(index).total_byte_size for index in range(opened.num_row_groups))
                if size > LIMIT:
                    raise ValueError(f"Parquet files must hold at most {LIMIT >> 30} GiB. Received: more in {path}")
                schema = opened.schema_arrow
                classes |= class_names(schema)
                columns = find_columns(file, schema)
                splits.setdefault(_split(file), []).extend(
                    entries(file, opened.iter_batches(columns=columns), columns, classes)
                )
        except (pyarrow.ArrowException, OSError) as error:
            raise ValueError(f"A Parquet file must be readable. Received: {file} ({reason(error)})") from None
    return FileSet(str(path), splits, classes)


def _split(file: Path) -> str:
    names = (file.stem.split("-")[0], file.parent.name)
    return next((name for name in names if name in SPLITS), "train")

"""Parquet files with a column of images, as Hugging Face's `datasets` writes them; pyarrow reads them."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from kerasgen.data.file_set import SPLITS, Entry, FileSet
from kerasgen.data.image_files import Blob
from kerasgen.records import Record

if TYPE_CHECKING:
    import pyarrow

LIMIT = 2 * 2**30  # bytes of encoded images that are held in memory


def find_in_parquet(path: Path) -> FileSet:
    """Finds the images in a Parquet file, or in those of a folder; files are of the split that their name begins with.

    The encoded images are held in memory. Raises ImportError where pyarrow is missing, ValueError for files without a column of
    images and for more than 2 GiB of them.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise ImportError(f"Parquet files are read by pyarrow: pip install 'kerasgen[parquet]'. Received: {path}") from None
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
                classes |= _class_names(opened.schema_arrow)
                splits.setdefault(_split(file), []).extend(_entries(file, opened, classes))
        except pyarrow.ArrowException as error:
            raise ValueError(f"A Parquet file must be readable. Received: {file} ({error})") from None
    return FileSet(str(path), splits, classes)


def _split(file: Path) -> str:
    names = (file.stem.split("-")[0], file.parent.name)
    return next((name for name in names if name in SPLITS), "train")


class _Info(Record, frozen=True, forbid_unknown_fields=False):
    features: dict[str, object] = {}


class _Note(Record, frozen=True, forbid_unknown_fields=False):
    """What `datasets` notes in a file, as far as it is read here."""

    info: _Info = _Info()


class _Classes(Record, frozen=True, forbid_unknown_fields=False):
    kind: Literal["ClassLabel"] = msgspec.field(name="_type")
    names: list[str]


def _class_names(schema: pyarrow.Schema) -> dict[str, list[str]]:
    """The names of classes that `datasets` notes in a file; none of a note of another form."""
    found: dict[str, list[str]] = {}
    with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        noted = msgspec.json.decode((schema.metadata or {}).get(b"huggingface", b"{}"), type=_Note)
        for name, about in noted.info.features.items():
            with contextlib.suppress(msgspec.ValidationError):
                found[name] = msgspec.convert(about, _Classes).names
    return found


def _entries(file: Path, opened: pyarrow.parquet.ParquetFile, classes: dict[str, list[str]]) -> Iterator[Entry]:
    import pyarrow

    schema = opened.schema_arrow
    images = [field.name for field in schema if _holds_images(field.type)]
    if not images:
        raise ValueError(
            f"A Parquet file must have a column of images, as bytes. Received: {file} with {', '.join(schema.names)}"
        )
    image = "image" if "image" in images else images[0]
    kinds = pyarrow.types
    labels = [
        field.name
        for field in schema
        if kinds.is_integer(field.type) or kinds.is_string(field.type) or kinds.is_boolean(field.type)
    ]
    start = 0
    for batch in opened.iter_batches(columns=[image, *labels]):
        column = batch.column(image)
        encoded = column.field("bytes") if kinds.is_struct(column.type) else column
        values = {name: batch.column(name).to_pylist() for name in labels}
        for row in range(len(batch)):
            named = {name: _named(cells[row], classes.get(name)) for name, cells in values.items()}
            yield Entry(Blob(f"{file}:{start + row}", functools.partial(_bytes, encoded, row)), named)
        start += len(batch)


def _holds_images(kind: pyarrow.DataType) -> bool:
    import pyarrow

    kinds = pyarrow.types
    binary = kinds.is_binary(kind) or kinds.is_large_binary(kind)
    return binary or (kinds.is_struct(kind) and any(kind.field(index).name == "bytes" for index in range(kind.num_fields)))


def _named(value: object, names: list[str] | None) -> str:
    return names[value] if names and isinstance(value, int) and 0 <= value < len(names) else str(value)


def _bytes(column: pyarrow.Array, row: int) -> bytes:
    return column[row].as_py() or b""

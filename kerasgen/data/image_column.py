"""Tables of pyarrow with a column of images, as Hugging Face's `datasets` writes them, as image files with labels."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from kerasgen.data.file_set import Entry
from kerasgen.data.image_files import Blob
from kerasgen.records import Record

if TYPE_CHECKING:
    import pyarrow


class _Info(Record, frozen=True, forbid_unknown_fields=False):
    features: dict[str, object] = {}


class _Note(Record, frozen=True, forbid_unknown_fields=False):
    """What `datasets` notes in a file, as far as it is read here."""

    info: _Info = _Info()


class _Classes(Record, frozen=True, forbid_unknown_fields=False):
    kind: Literal["ClassLabel"] = msgspec.field(name="_type")
    names: list[str]


def need_pyarrow(path: Path) -> None:
    """Raises ImportError, with what to install for the files of a path, where pyarrow is missing."""
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise ImportError(
            f"Parquet and Arrow files are read by pyarrow: pip install 'kerasgen[parquet]'. Received: {path}"
        ) from None


def class_names(schema: pyarrow.Schema) -> dict[str, list[str]]:
    """Gives the names of classes that `datasets` notes in a file; none of a note of another form."""
    found: dict[str, list[str]] = {}
    with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        noted = msgspec.json.decode((schema.metadata or {}).get(b"huggingface", b"{}"), type=_Note)
        for name, about in noted.info.features.items():
            with contextlib.suppress(msgspec.ValidationError):
                found[name] = msgspec.convert(about, _Classes).names
    return found


def find_columns(file: Path, schema: pyarrow.Schema) -> list[str]:
    """Gives the name of the column of images, then those of labels; raises ValueError for a table without images."""
    import pyarrow

    images = [field.name for field in schema if _holds_images(field.type)]
    if not images:
        raise ValueError(
            f"The table in a file must have a column of images, as bytes. Received: {file} with {', '.join(schema.names)}"
        )
    kinds = pyarrow.types
    labels = [
        field.name
        for field in schema
        if kinds.is_integer(field.type) or kinds.is_string(field.type) or kinds.is_boolean(field.type)
    ]
    return ["image" if "image" in images else images[0], *labels]


def entries(
    file: Path, batches: Iterator[pyarrow.RecordBatch], columns: list[str], classes: Mapping[str, list[str]]
) -> Iterator[Entry]:
    """Yields an entry a row; the bytes of images stay where the batches have them, and are taken when they are read.

    A row with a path in the place of bytes is that file, below the folder of the table; ValueError for another.
    """
    import pyarrow

    image, *labels = columns
    start = 0
    for batch in batches:
        column = batch.column(image)
        struct = pyarrow.types.is_struct(column.type)
        encoded = column.field("bytes") if struct else column
        known = [column.type.field(index).name for index in range(column.type.num_fields)] if struct else []
        paths = column.field("path") if "path" in known else None
        values = {name: batch.column(name).to_pylist() for name in labels}
        for row, missing in enumerate(encoded.is_null().to_pylist()):
            named = {name: _named(cells[row], classes.get(name)) for name, cells in values.items()}
            path = paths[row].as_py() if missing and paths is not None else None
            blob = Blob(f"{file}:{start + row}", functools.partial(_bytes, encoded, row))
            yield Entry(_beside(file, path) if path else blob, named)
        start += len(batch)


def _beside(file: Path, name: str) -> Path:
    path = file.parent / name
    if "\0" in name or not path.resolve().is_relative_to(file.parent.resolve()):
        raise ValueError(f"A table must name files below its own folder. Received: {name!r} in {file}")
    return path


def _holds_images(kind: pyarrow.DataType) -> bool:
    import pyarrow

    kinds = pyarrow.types
    binary = kinds.is_binary(kind) or kinds.is_large_binary(kind)
    return binary or (kinds.is_struct(kind) and any(kind.field(index).name == "bytes" for index in range(kind.num_fields)))


def _named(value: object, names: list[str] | None) -> str:
    return names[value] if names and isinstance(value, int) and 0 <= value < len(names) else str(value)


def _bytes(column: pyarrow.Array, row: int) -> bytes:
    return column[row].as_py() or b""

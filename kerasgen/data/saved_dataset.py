"""Folders that `save_to_disk` of Hugging Face's `datasets` wrote: Arrow files, which pyarrow maps into memory."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TypeVar

import msgspec

from kerasgen.data.file_set import Entry, FileSet
from kerasgen.data.image_column import class_names, entries, find_columns, need_pyarrow
from kerasgen.errors import reason
from kerasgen.records import Record

Note = TypeVar("Note", bound=Record)
SPLITS, STATE = "dataset_dict.json", "state.json"  # of a folder of splits, and of each split


class _Splits(Record, frozen=True, forbid_unknown_fields=False):
    splits: list[str]


class _File(Record, frozen=True, forbid_unknown_fields=False):
    filename: str


class _State(Record, frozen=True, forbid_unknown_fields=False):
    """What `datasets` notes of a split, as far as it is read here."""

    files: list[_File] = msgspec.field(name="_data_files")
    indices: list[_File] | None = msgspec.field(name="_indices_data_files", default=None)


def is_saved_dataset(folder: Path) -> bool:
    """Whether a folder is one that `save_to_disk` wrote, of one split or of several."""
    return any((folder / name).is_file() for name in (SPLITS, STATE))


def find_in_saved_dataset(folder: Path) -> FileSet:
    """Finds the images in a folder of `save_to_disk`; a folder without splits is all "train".

    The files are mapped into memory: an image is read from the disk when it is asked for. Raises ImportError where pyarrow is
    missing, ValueError for a folder that is damaged, or has no column of images.
    """
    need_pyarrow(folder)
    names = _read(folder / SPLITS, _Splits).splits if (folder / SPLITS).is_file() else None
    splits: dict[str, list[Entry]] = {}
    classes: dict[str, list[str]] = {}
    for name, part in [("train", folder)] if names is None else [(name, _inside(folder, name)) for name in names]:
        state = _read(part / STATE, _State)
        if state.indices:
            raise ValueError(
                f"A saved dataset must hold its own rows: load and save it again with datasets 2 or later. Received: {part}"
            )
        splits[name] = [entry for file in state.files for entry in _rows(_inside(part, file.filename), classes)]
    return FileSet(str(folder), splits, classes)


def _rows(file: Path, classes: dict[str, list[str]]) -> list[Entry]:
    import pyarrow

    try:
        with pyarrow.ipc.open_stream(pyarrow.memory_map(str(file))) as opened:  # the batches keep the map
            classes |= class_names(opened.schema)
            columns = find_columns(file, opened.schema)
            return list(entries(file, opened, columns, classes))
    except (OSError, pyarrow.ArrowException) as error:
        raise ValueError(f"An Arrow file must be readable. Received: {file} ({reason(error)})") from None


def _inside(folder: Path, name: str) -> Path:
    if not name or PurePath(name).name != name or name == "..":
        raise ValueError(f"A saved dataset must name files of its own folder. Received: {name!r} in {folder}")
    return folder / name


def _read(path: Path, kind: type[Note]) -> Note:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError) as error:
        raise ValueError(f"A saved dataset must be whole. Received: {path} ({reason(error)})") from None

"""What is asked of an export, typed and in range before any work."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import msgspec
import numpy as np

from kerasgen.errors import unknown_name
from kerasgen.files import user_path
from kerasgen.records import FileName, Positive, Record, convert
from kerasgen.runtime.manifest import MAX_BATCH, FileFormat, ImageDType, PartName, PrecisionName

Format: TypeAlias = Literal["onnx", "litert"]  # as Keras calls them
Tolerance: TypeAlias = Annotated[float, msgspec.Meta(gt=0, le=1)]
LONGEST_NAME = 200  # bytes: the manifest's, while it is written, is longer, and most disks take 255
SUFFIXES: dict[str, FileFormat] = {"onnx": "onnx", "litert": "tflite"}


class ExportRequest(Record, frozen=True):
    """What `export` is asked for; `format` is that of the file, as its suffix."""

    path: Path
    format: FileFormat
    part: PartName | None = None
    precision: PrecisionName = "float32"
    image_dtype: ImageDType = "float32"
    batch_size: Annotated[int, msgspec.Meta(ge=1, le=MAX_BATCH)] | None = None
    image_size: tuple[Positive, Positive] | None = None
    tolerance: Tolerance = 1e-5
    force: bool = False
    overwrite: bool = False

    @classmethod
    def of(cls, path: str | Path, file_format: str | None = None, **options: object) -> ExportRequest:
        """Makes a request; raises ValueError, with the name of the option, for one of a wrong type or out of range.

        LiteRT files have a fixed batch, 1 by default: an open one costs ops a layer, and keeps the graph off phones' GPUs.
        """
        path = file_path(path, file_format)
        _check_name(path)
        kind = path.suffix[1:]
        plain = {name: value.item() if isinstance(value, np.generic) else value for name, value in options.items()}
        if kind == "tflite" and plain.get("batch_size") is None:
            plain["batch_size"] = 1
        return convert({"path": path, "format": kind, **plain}, cls, noun="argument")


def file_path(path: str | Path, file_format: str | None) -> Path:
    """Gives the path of the file: its suffix is the format's, and is appended where another or none is there.

    Raises ValueError for an unknown format, for the suffix of the other format, for no format of both, and for a folder.
    """
    path = user_path(path)
    if path.is_dir():
        raise ValueError(f"An export is written to a file. Received: the folder {path}.")
    kind = path.suffix[1:]
    if file_format is None:
        if kind not in SUFFIXES.values():
            raise ValueError(f"The file must end in .onnx or .tflite where no format is given. Received: {path}.")
        return path
    if file_format not in SUFFIXES:
        raise unknown_name("format", file_format, SUFFIXES)
    expected = SUFFIXES[file_format]
    if kind == expected:
        return path
    if kind in SUFFIXES.values():
        raise ValueError(f"A file of the format {file_format} must end in .{expected}. Received: {path}.")
    return path.with_name(f"{path.name}.{expected}")


def _check_name(path: Path) -> None:
    """Raises ValueError for a name that the manifest could not hold, or the disk."""
    convert(path.name, FileName, "path")
    if len(os.fsencode(path.name)) > LONGEST_NAME:
        raise ValueError(f"path: must have a name of at most {LONGEST_NAME} bytes. Received: {len(os.fsencode(path.name))}")

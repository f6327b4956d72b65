"""The file formats: who writes them, by the suffix of the file."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from kerasgen.runtime.manifest import FileFormat, PrecisionName

from . import litert, onnx
from .parts import Arrays, Part


class Writer(Protocol):
    """What a module that writes files of one format has."""

    PACKAGES: tuple[str, ...]  # whose versions the manifest names

    def write(
        self, part: Part, path: Path, batch_size: int | None, precision: PrecisionName = ..., calibration: Arrays | None = ...
    ) -> tuple[str, ...] | None:
        """Writes a part; gives what LiteRT's GPU delegate does not take of the file, None for another runtime's."""

    def check_file(self, path: Path) -> None:
        """Raises ExportError for a file that breaks the rules of its format, and for ops that do not belong in it."""


FORMATS: dict[FileFormat, Writer] = {"onnx": onnx, "tflite": litert}

"""The number formats of exported files, what they are held to, and which target is served by which."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from kerasgen.runtime.manifest import FileFormat, PrecisionName

from .request import SUFFIXES, Format, file_path


@dataclasses.dataclass(frozen=True)
class Precision:
    """A number format.

    Attributes:
        formats: the file formats that have it.
        least_psnr: dB against Keras that a file must reach; None for float32, which is held to a tolerance.
        calibrated: whether the ranges of the activations are taken from examples.
    """

    formats: tuple[FileFormat, ...]
    least_psnr: float | None
    calibrated: bool = False


# An image of 8 bits is 59 dB from the one in float32; at 35 dB a difference is hard to see side by side.
PRECISIONS: dict[PrecisionName, Precision] = {
    "float32": Precision(("onnx", "tflite"), None),
    "float16": Precision(("onnx", "tflite"), 50.0),
    # Weights and activations of 8 bits: integer arithmetic.
    "int8": Precision(("onnx", "tflite"), 35.0, calibrated=True),
    # The same, but for the layers where that costs most: there activations stay in float32.
    "int8_mixed": Precision(("onnx",), 35.0, calibrated=True),
    # Weights of 8 bits; activations are quantized as they are computed, by their ranges in that run.
    "int8_dynamic": Precision(("onnx", "tflite"), 35.0),
    # Weights of 8 bits, arithmetic in float32.
    "int8_weights": Precision(("onnx",), 35.0),
    # Weights of 8 bits, activations of 16.
    "int16x8": Precision(("tflite",), 35.0, calibrated=True),
}

# A target's file format and precision.
TARGETS: dict[str, tuple[Format, PrecisionName]] = {
    "cpu": ("onnx", "float32"),
    "gpu": ("onnx", "float16"),
    "mobile": ("litert", "float16"),
    "web": ("onnx", "float32"),
}


def check_precision(precision: PrecisionName, kind: FileFormat) -> Precision:
    """Gives a precision by name; raises ValueError for one that files of `kind` do not have."""
    chosen = PRECISIONS[precision]
    if kind not in chosen.formats:
        has = ", ".join(name for name, each in PRECISIONS.items() if kind in each.formats)
        raise ValueError(f"A .{kind} file has one of the precisions {has}. Received: {precision}.")
    return chosen


def choose(
    preset: str, output: Path | None, target: str | None, file_format: Format | None, precision: PrecisionName | None
) -> tuple[Path, PrecisionName]:
    """Gives the path and the precision that a user's words come to: by default `<preset>.onnx` in float32.

    Raises ValueError for words that contradict each other.
    """
    if target is not None:
        meant, of_target = TARGETS[target]
        if file_format not in (None, meant):
            raise ValueError(f"The target {target} is a file of the format {meant}. Received: {file_format}.")
        file_format, precision = meant, precision or of_target
    if output is None:
        output = Path(f"{Path(preset).stem}.{SUFFIXES[file_format or 'onnx']}")
    return file_path(output, file_format), precision or "float32"

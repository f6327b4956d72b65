"""The number formats of exported files, what they are held to, and which target is served by which."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from kerasgen.errors import unknown_name


@dataclasses.dataclass(frozen=True)
class Precision:
    """A number format.

    Attributes:
        formats: the file formats that have it.
        least_psnr: dB against Keras that a file must reach; None for float32, which is held to a tolerance.
        calibrated: whether the ranges of the maps between layers are taken from examples.
    """

    formats: tuple[str, ...]
    least_psnr: float | None
    calibrated: bool = False


# A picture of 8 bits is 59 dB from the one in float32; at 35 dB a difference is hard to see side by side.
PRECISIONS = {
    "float32": Precision(("onnx", "tflite"), None),
    "float16": Precision(("onnx", "tflite"), 50.0),
    # Weights of 8 bits, the maps between layers too: whole-number arithmetic.
    "int8": Precision(("onnx", "tflite"), 35.0, calibrated=True),
    # The same, but in the layers where that costs most: there the maps stay in float32.
    "int8_mixed": Precision(("onnx",), 35.0, calibrated=True),
    # Weights of 8 bits; maps are rounded while they are computed, by ranges of the moment.
    "int8_dynamic": Precision(("onnx", "tflite"), 35.0),
    # Weights of 8 bits, arithmetic in float32.
    "int8_weights": Precision(("onnx",), 35.0),
    # Weights of 8 bits, maps of 16.
    "int16x8": Precision(("tflite",), 35.0, calibrated=True),
}

# A target's file format and precision.
TARGETS = {"cpu": ("onnx", "float32"), "gpu": ("onnx", "float16"), "mobile": ("tflite", "float16"), "web": ("onnx", "float32")}


def check_precision(precision: str, kind: str) -> Precision:
    """Gives a precision by name; raises ValueError for an unknown one, and for one that files of `kind` do not have."""
    if precision not in PRECISIONS:
        raise unknown_name("precision", precision, PRECISIONS)
    chosen = PRECISIONS[precision]
    if kind not in chosen.formats:
        has = ", ".join(name for name, each in PRECISIONS.items() if kind in each.formats)
        raise ValueError(f"A .{kind} file has one of the precisions {has}. Received: {precision}.")
    return chosen


def target(name: str) -> tuple[str, str]:
    """Gives (file format, precision) for a target; raises ValueError for an unknown one."""
    if name not in TARGETS:
        raise unknown_name("target", name, TARGETS)
    return TARGETS[name]


SUFFIXES = {"onnx": "onnx", "litert": "tflite"}


def choose(
    preset: str, output: Path | None, target_name: str | None, to: str | None, precision: str | None
) -> tuple[Path, str]:
    """Gives the path and the precision that a user's words come to.

    A target is a format and a precision; `to` a format; the output's suffix says it too. Raises ValueError for words that
    contradict each other, and for unknown ones.
    """
    if to is not None and to not in SUFFIXES:
        raise unknown_name("format", to, SUFFIXES)
    said = {"to": SUFFIXES.get(to), "output": output and output.suffix[1:]}
    if target_name is not None:
        said["target"], meant = target(target_name)
        precision = precision or meant
    kinds = {kind for kind in said.values() if kind is not None}
    if len(kinds) > 1:
        raise ValueError(f"The output, --to and --target must agree on the file's format. Received: {said}.")
    kind = next(iter(kinds), "onnx")
    return output or Path(f"{Path(preset).stem}.{kind}"), precision or "float32"

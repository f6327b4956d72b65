"""Advice for a file that lost too much: the layers where it did, and a precision that passes."""

from __future__ import annotations

from pathlib import Path

from kerasgen.runtime.manifest import Manifest, PrecisionName

from .comparison import compare
from .formats import FORMATS
from .layer_errors import layer_errors
from .parts import Arrays, Part
from .precisions import PRECISIONS

WORST = 3  # layers to name
SMALLEST_FIRST: tuple[PrecisionName, ...] = ("int8_mixed", "int8_weights", "int8_dynamic", "float16")


def advice(
    part: Part, made: Path, manifest: Manifest, inputs: Arrays, examples: Arrays | None
) -> tuple[str, PrecisionName | None]:
    """Gives a text that names the worst layers and the smallest precision that passes, and that precision, None for none."""
    kind, size = manifest.format, manifest.batch_size
    reference, other = (made.with_name(f"{name}.{kind}") for name in ("reference", "other"))
    FORMATS[kind].write(part, reference, size)
    worst = layer_errors(reference, made, kind, {name: values[: size or 1] for name, values in inputs.items()})
    layers = ", ".join(f"{name} ({ratio:.0f} dB)" for name, ratio in list(worst.items())[:WORST])
    losses = f"The layers that lost most, signal to noise: {layers}."
    for name in SMALLEST_FIRST:
        offered = PRECISIONS[name]
        if name == manifest.precision or kind not in offered.formats or (offered.calibrated and examples is None):
            continue
        FORMATS[kind].write(part, other, size, name, examples)
        reached = compare(other, manifest, part, inputs).psnr
        if offered.least_psnr is None or reached >= offered.least_psnr:
            return (
                f"{losses} precision={name!r} passes, with {reached:.1f} dB in {other.stat().st_size / 1e6:.2f} MB; "
                "force=True writes the file as it is."
            ), name
    return f"{losses} No precision but float32 passes.", None

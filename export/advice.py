"""What to say of a file that lost too much: where it did, and what would not."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .comparison import FORMATS, compare
from .layer_errors import layer_errors
from .parts import Part
from .precisions import PRECISIONS

WORST = 3  # layers to name
SMALLEST_FIRST = ("int8_mixed", "int8_weights", "int8_dynamic", "float16")


def advice(
    part: Part, made: Path, manifest: dict, inputs: dict[str, np.ndarray], examples: dict[str, np.ndarray] | None
) -> tuple[str, str | None]:
    """Names the layers with the lowest signal-to-noise ratios, and the smallest precision that passes, also by itself."""
    kind, size = manifest["format"], manifest["inputs"][0]["shape"][0]
    reference, other = (made.with_name(f"{name}.{kind}") for name in ("reference", "other"))
    FORMATS[kind].write(part, reference, size)
    worst = layer_errors(reference, made, kind, {name: values[: size or 1] for name, values in inputs.items()})
    layers = ", ".join(f"{name} ({ratio:.0f} dB)" for name, ratio in list(worst.items())[:WORST])
    told = f"The layers that lost most, signal to noise: {layers}."
    for name in SMALLEST_FIRST:
        offered = PRECISIONS[name]
        if name == manifest["precision"] or kind not in offered.formats or (offered.calibrated and examples is None):
            continue
        FORMATS[kind].write(part, other, size, name, examples)
        reached = compare(other, manifest, part, inputs).psnr
        if reached >= offered.least_psnr:
            return (
                f"{told} precision={name!r} passes, with {reached:.1f} dB in {other.stat().st_size / 1e6:.2f} MB; "
                "force=True writes the file as it is."
            ), name
    return f"{told} No precision but float32 passes.", None

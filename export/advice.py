"""What to say of a file that lost too much: where it did, and what would not."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .errors import ExportError
from .layer_errors import layer_errors
from .parts import Part
from .precisions import PRECISIONS, Precision
from .verification import FORMATS, check_parity

WORST = 3  # layers to name
SMALLEST_FIRST = ("int8_mixed", "int8_weights", "int8_dynamic", "float16")


def advice(part: Part, made: Path, manifest: dict, inputs: dict[str, np.ndarray], refused: Precision,
           examples: dict[str, np.ndarray] | None) -> str:
    """Names the layers with the lowest signal-to-noise ratios, and the smallest precision that passes."""
    kind, size = manifest["format"], manifest["inputs"][0]["shape"][0]
    reference, other = (made.with_name(f"{name}.{kind}") for name in ("reference", "other"))
    FORMATS[kind].write(part, reference, size)
    worst = layer_errors(reference, made, kind, {name: values[:size or 1] for name, values in inputs.items()})
    layers = ", ".join(f"{name} ({ratio:.0f} dB)" for name, ratio in list(worst.items())[:WORST])
    for name in SMALLEST_FIRST:
        offered = PRECISIONS[name]
        if offered is refused or kind not in offered.formats or (offered.calibrated and examples is None):
            continue
        FORMATS[kind].write(part, other, size, name, examples)
        try:
            report = check_parity(other, manifest, part, inputs, None, offered.least_psnr)
        except ExportError:
            continue
        return (f"The layers that lost most, signal to noise: {layers}. precision={name!r} passes, with {report.psnr_db:.1f} "
                f"dB in {other.stat().st_size / 1e6:.2f} MB; force=True writes the file as it is.")
    return f"The layers that lost most, signal to noise: {layers}. No precision but float32 passes."

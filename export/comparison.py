"""An exported file and Keras on the same inputs."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from kerasgen.base.prediction import predict_all
from kerasgen.runtime.manifest import IMAGE_OUTPUTS, Manifest
from kerasgen.runtime.runner import Runtime
from kerasgen.runtime.sessions import open_session

from .errors import ExportError
from .formats import FORMATS
from .parts import Arrays, Part

BATCH = 64
AT_OTHER_BATCH = 8  # inputs that a file of an open batch runs one by one


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What Keras and a file give.

    Attributes:
        expected, outputs: (n, ...) by name, images in [0, 1].
        batch_sizes: that the file ran at; at all but the last a few of the inputs.
        max_abs_error: the largest difference of any output value, at any batch size.
    """

    expected: Arrays
    outputs: Arrays
    batch_sizes: tuple[int, ...]
    max_abs_error: float

    @property
    def inputs(self) -> int:
        """How many inputs were compared."""
        return len(next(iter(self.expected.values())))

    @property
    def psnr(self) -> float:
        """The lowest peak signal-to-noise ratio of any output, dB: of images against 1, of others against their range."""
        ratios = []
        for name, truth in self.expected.items():
            peak = 1.0 if name in IMAGE_OUTPUTS else float(truth.max() - truth.min())
            error = np.mean(np.square(self.outputs[name].astype("float64") - truth))
            ratios.append(-10.0 * np.log10(max(error, 1e-12) / max(peak, 1e-6) ** 2))
        return float(min(ratios))


def compare(path: Path, manifest: Manifest, part: Part, inputs: Arrays, tolerance: float | None = None) -> Comparison:
    """Runs a file and its Keras network on inputs, (n, ...) by name.

    Two batch sizes where the batch is open; a fixed one is fed through the padding of the runtime. Raises ExportError for
    foreign or random ops, a file that breaks its format's rules or does not load, values that are not finite, images outside
    [0, 1], and a difference above `tolerance`, which grows with an output's largest value, as float32 rounds in proportion.
    """
    FORMATS[manifest.format].check_file(path)
    try:
        runtime = Runtime(manifest, open_session(path, manifest.format), path.absolute())
    except ValueError as error:
        raise ExportError(str(error)) from error
    n = len(next(iter(inputs.values())))
    sizes = (runtime.batch_size,) if runtime.batch_size else (1, min(n, BATCH))
    expected = _in_keras(part, inputs)
    errors = []
    for size in sizes:
        few = slice(None if size == sizes[-1] else AT_OTHER_BATCH)
        truths, given = ({name: values[few] for name, values in each.items()} for each in (expected, inputs))
        outputs = _outputs(runtime, given, size, truths)
        for name, truth in truths.items():
            difference = float(np.abs(outputs[name] - truth).max())
            errors.append(difference)
            if tolerance is not None:
                limit = tolerance * max(1.0, float(np.abs(truth).max())) + _rounding(manifest, name)
                _check_difference(difference, limit, name, size)
    return Comparison(expected, outputs, sizes, max(errors))


def _check_difference(difference: float, limit: float, name: str, size: int) -> None:
    if not difference <= limit:  # so that NaN in Keras fails as well
        raise ExportError(
            f"The file must give the outputs of Keras to {limit:.3g}. "
            f"Received: a difference of {difference:.3g} in {name} at a batch of {size}."
        )


def _rounding(manifest: Manifest, name: str) -> float:
    """Half a step of a uint8 image."""
    as_uint8 = any(output.name == name and output.dtype == "uint8" for output in manifest.outputs)
    return 0.5 / 255.0 if as_uint8 else 0.0


def _in_keras(part: Part, inputs: Arrays) -> Arrays:
    values = list(inputs.values())
    outputs = predict_all(part.network, values if len(values) > 1 else values[0])
    return dict(zip(part.outputs, outputs, strict=True))


def _outputs(runtime: Runtime, inputs: Arrays, size: int, expected: Arrays) -> Arrays:
    """The file's outputs at one batch size, images in [0, 1]."""
    try:
        outputs = runtime.run(inputs, size)
    except Exception as error:  # the runtimes' own; a file that loads can still fail at a batch size
        raise ExportError(f"The file must run at a batch of {size}. Received: {error}.") from error
    for name, output in outputs.items():
        if output.shape != expected[name].shape:
            raise ExportError(f"The output {name} must have the shape {expected[name].shape}. Received: {output.shape}.")
        if output.dtype == np.uint8:
            outputs[name] = output = (output / 255.0).astype("float32")
        if not np.isfinite(output).all():
            raise ExportError(f"The outputs must be finite. Received: NaN or infinity in {name}.")
        if name in IMAGE_OUTPUTS and (output.min() < -1e-6 or output.max() > 1 + 1e-6):
            raise ExportError(f"Images must lie in [0, 1]. Received: values from {output.min():g} to {output.max():g}.")
    return outputs

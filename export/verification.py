"""Holding a written file, in the runtime that will run it, against Keras."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from kerasgen import presets
from kerasgen.batching import predict
from kerasgen.runtime.manifest import read_manifest
from kerasgen.runtime.runner import Runtime
from kerasgen.runtime.sessions import open_session

from . import litert, onnx
from .errors import ExportError
from .parts import PICTURES, Part, resized, resolve, select

FORMATS = {"onnx": onnx, "tflite": litert}
INPUTS = 8
SEED = 0


@dataclasses.dataclass(frozen=True)
class Report:
    """How near a file comes to Keras: the largest absolute difference of any output value.

    Attributes:
        inputs: how many inputs were compared, at each of `batch_sizes`.
    """

    max_abs_error: float
    tolerance: float
    batch_sizes: tuple[int, ...]
    inputs: int


def verify(path: str | Path, model=None) -> Report:
    """Repeats the parity check of a written file, on any Keras backend.

    Args:
        path: a file that `export` wrote.
        model: the model it came from, or a preset's name or path; by default the preset that the manifest names.

    Raises ExportError for a file that does not give the model's outputs, or from other weights than the preset has now;
    ValueError for a model of other shapes and where neither manifest nor caller names a model; and what
    `kerasgen.runtime.load` raises.
    """
    path = Path(path)
    manifest = read_manifest(path)
    model = _preset(manifest) if model is None else resolve(model)
    shapes = {"latent_dim": manifest["latent_dim"], "image_shape": tuple(manifest["image_shape"])}
    if hasattr(model, "resized"):
        model = resized(model, shapes["image_shape"][:2])
    found = {name: getattr(model, name, None) for name in shapes}
    if shapes != found:
        raise ValueError(f"The model must have the file's {shapes}. Received: {found}.")
    return check_parity(path, manifest, select(model, manifest["part"]), manifest["parity"]["tolerance"])


def check_parity(path: Path, manifest: dict, part: Part, tolerance: float) -> Report:
    """Runs the file on seeded inputs and compares it with the Keras network.

    Two batch sizes where the batch is open; a fixed one is fed through the padding of the runtime. Raises ExportError
    for foreign or random ops, a file that does not load, values that are not finite, images outside [0, 1], and a
    difference above `tolerance`.
    """
    FORMATS[manifest["format"]].check_ops(path)
    try:
        runtime = Runtime(manifest, open_session(path, manifest["format"]))
    except ValueError as error:
        raise ExportError(str(error)) from error
    size = runtime.batch_size
    n = max(INPUTS, size or 0)
    sizes = (size,) if size else (1, n)
    inputs = part.draw_inputs(n, SEED)
    expected = predict(part.network, list(inputs.values()) if len(inputs) > 1 else next(iter(inputs.values())))
    expected = dict(zip(part.outputs, expected if isinstance(expected, (list, tuple)) else [expected], strict=True))
    error = max(_difference(runtime, inputs, size, expected, tolerance) for size in sizes)
    return Report(error, tolerance, sizes, n)


def _difference(runtime: Runtime, inputs: dict, size: int, expected: dict[str, np.ndarray],
                tolerance: float) -> float:
    """The largest absolute difference over all outputs at one batch size."""
    try:
        outputs = runtime.run(inputs, size)
    except Exception as error:  # the runtimes' own; a file that loads can still fail at a batch size
        raise ExportError(f"The file must run at a batch of {size}. Received: {error}.") from error
    largest = 0.0
    for name, output in outputs.items():
        if output.shape != expected[name].shape:
            raise ExportError(f"The output {name} must have the shape {expected[name].shape}. "
                              f"Received: {output.shape}.")
        if not np.isfinite(output).all():
            raise ExportError(f"The outputs must be finite. Received: NaN or infinity in {name}.")
        if name in PICTURES and (output.min() < -1e-6 or output.max() > 1 + 1e-6):
            raise ExportError(f"Images must lie in [0, 1]. Received: values from {output.min():g} to {output.max():g}.")
        largest = max(largest, error := float(np.abs(output - expected[name]).max()))
        limit = tolerance * max(1.0, float(np.abs(expected[name]).max()))  # float32 rounds in proportion
        if not error <= limit:  # so that NaN in Keras fails as well
            raise ExportError(f"The file must give the outputs of Keras to {limit:.3g}. "
                              f"Received: a difference of {error:.3g} in {name} at a batch of {size}.")
    return largest


def _preset(manifest: dict):
    preset = manifest.get("preset")
    if not preset:
        raise ValueError("A file from no preset is verified against its model: verify(path, model). "
                         "Received: model=None.")
    model = presets.load(preset["name"])
    weights = model.card["weights"]["sha256"]
    if weights != preset["weights_sha256"]:
        raise ExportError(f"The file must come from the weights that the preset {preset['name']} has now, {weights}. "
                          f"Received: a file from {preset['weights_sha256']}.")
    return model

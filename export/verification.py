"""Holding a written file, in the runtime that will run it, against Keras."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from kerasgen import presets
from kerasgen.runtime.manifest import read_manifest
from kerasgen.runtime.runner import Runtime
from kerasgen.runtime.sessions import open_session

from . import litert, onnx
from .errors import ExportError
from .examples import fixed_inputs
from .parts import PICTURES, Part, resized, resolve, select
from .quality import in_keras, psnr

FORMATS = {"onnx": onnx, "tflite": litert}
INPUTS = 8
SEED = 0
BATCH = 64


@dataclasses.dataclass(frozen=True)
class Report:
    """How near a file comes to Keras.

    Attributes:
        max_abs_error: the largest difference of any output value.
        tolerance: its limit, for float32.
        psnr_db: the lowest peak signal-to-noise ratio of any output.
        least_psnr_db: its limit, for fewer bits.
        inputs: how many inputs were compared at the last of `batch_sizes`; at another, 8.
    """

    max_abs_error: float
    tolerance: float | None
    psnr_db: float
    least_psnr_db: float | None
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
    part = select(model, manifest["part"])
    limits = manifest["parity"]
    return check_parity(path, manifest, part, parity_inputs(model, part, manifest), limits["tolerance"],
                        limits.get("least_psnr_db"))


def parity_inputs(model, part: Part, manifest: dict) -> dict[str, np.ndarray]:
    """What a file is compared on: a few seeded inputs, as many as its batch holds; for fewer bits, whose errors are no
    roundings, the inputs that its pictures are measured on.
    """
    if manifest.get("precision", "float32") == "float32":
        return part.draw_inputs(max(INPUTS, manifest["inputs"][0]["shape"][0] or 0), SEED)
    return fixed_inputs(model, part)


def check_parity(path: Path, manifest: dict, part: Part, inputs: dict[str, np.ndarray], tolerance: float | None,
                 least_psnr: float | None) -> Report:
    """Runs the file on inputs and compares it with the Keras network.

    Two batch sizes where the batch is open; a fixed one is fed through the padding of the runtime. Raises ExportError for
    foreign or random ops, a file that does not load, values that are not finite, pictures outside [0, 1], a difference above
    `tolerance`, and a PSNR below `least_psnr`; None for either is no limit.
    """
    FORMATS[manifest["format"]].check_ops(path)
    try:
        runtime = Runtime(manifest, open_session(path, manifest["format"]))
    except ValueError as error:
        raise ExportError(str(error)) from error
    n = len(next(iter(inputs.values())))
    sizes = (runtime.batch_size,) if runtime.batch_size else (1, min(n, BATCH))
    expected = in_keras(part, inputs)
    results = []
    for size in sizes:
        count = n if size == sizes[-1] else INPUTS
        truths, given = ({name: values[:count] for name, values in each.items()} for each in (expected, inputs))
        results.append((truths, outputs := _outputs(runtime, given, size, truths)))
        for name, truth in truths.items():
            # float32 rounds in proportion; a picture of whole numbers rounds by half a step.
            limit = None if tolerance is None else tolerance * max(1.0, float(np.abs(truth).max()))
            limit = limit if limit is None or not _in_bytes(manifest, name) else limit + 0.5 / 255.0
            if limit is not None and not (error := _difference(outputs[name], truth)) <= limit:  # so that NaN in Keras fails
                raise ExportError(f"The file must give the outputs of Keras to {limit:.3g}. "
                                  f"Received: a difference of {error:.3g} in {name} at a batch of {size}.")
    reached = psnr(*results[-1])
    if least_psnr is not None and not reached >= least_psnr:
        raise ExportError(f"The file must give the outputs of Keras at {least_psnr:g} dB or more. Received: {reached:.1f} dB.")
    largest = max(_difference(outputs[name], truth) for truths, outputs in results for name, truth in truths.items())
    return Report(largest, tolerance, reached, least_psnr, sizes, n)


def _in_bytes(manifest: dict, name: str) -> bool:
    return any(output["name"] == name and output["dtype"] == "uint8" for output in manifest["outputs"])


def _difference(output: np.ndarray, truth: np.ndarray) -> float:
    return float(np.abs(output - truth).max())


def _outputs(runtime: Runtime, inputs: dict, size: int, expected: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The file's outputs at one batch size, pictures in [0, 1]."""
    try:
        outputs = runtime.run(inputs, size)
    except Exception as error:  # the runtimes' own; a file that loads can still fail at a batch size
        raise ExportError(f"The file must run at a batch of {size}. Received: {error}.") from error
    for name, output in outputs.items():
        if output.shape != expected[name].shape:
            raise ExportError(f"The output {name} must have the shape {expected[name].shape}. "
                              f"Received: {output.shape}.")
        if output.dtype == np.uint8:
            outputs[name] = output = (output / 255.0).astype("float32")
        if not np.isfinite(output).all():
            raise ExportError(f"The outputs must be finite. Received: NaN or infinity in {name}.")
        if name in PICTURES and (output.min() < -1e-6 or output.max() > 1 + 1e-6):
            raise ExportError(f"Images must lie in [0, 1]. Received: values from {output.min():g} to {output.max():g}.")
    return outputs


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

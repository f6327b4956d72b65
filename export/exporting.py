"""`export`: a model's part as a file that was compared with Keras before it is handed out."""

from __future__ import annotations

import importlib.metadata
import json
import math
import tempfile
from pathlib import Path

import keras

from kerasgen.checksum import sha256
from kerasgen.data.check import check_batch_size
from kerasgen.runtime.manifest import FORMAT_VERSION, manifest_path

from .errors import ExportError
from .files import check_target, publish
from .parts import PICTURES, Part, check_part, default_part, resized, resolve, select
from .verification import FORMATS, check_parity


def export(model_or_name, path: str | Path, *, part: str | None = None, batch_size: int | None = None,
           image_size: tuple[int, int] | None = None, tolerance: float = 1e-5, overwrite: bool = False) -> Path:
    """Writes a part of a model as float32 ONNX or LiteRT, checks it in its runtime, and writes its manifest.

    Args:
        model_or_name: a model, or a preset's name or path.
        path: `.onnx` or `.tflite` chooses the format; the manifest becomes `<path>.json`.
        part: "decoder": codes `z` (batch, latent_dim), and for conditional models `label` (batch,), to `image`
            (batch, height, width, channels) in [0, 1];
            "encoder": `image` to the encoder's outputs, a VAE's `mean` and `log_variance`;
            "mapping", "synthesis": a style-based generator in two: `z` and `truncation` (batch, 1) to `styles` (batch, layers,
            style_dim), these to `image`; or
            "a_to_b", "b_to_a": `image` to `translated`, a translator's directions.
            None for the decoder, or a translator's "a_to_b".
        batch_size: fixes the batch; by default it is open in ONNX and 1 in LiteRT.
        image_size: (height, width) of a translator's images; None for the model's.
        tolerance: largest absolute difference from Keras of any output value; for an output that exceeds 1, as an
            encoder's may, times its largest value, as float32 rounds in proportion.
        overwrite: replace existing files.

    Returns:
        `path`. Raises ValueError for wrong arguments, ExportError on another backend than TensorFlow and for a file
        that fails its check; nothing is written then, and existing files are left as they were.
    """
    path = Path(path)
    if keras.backend.backend() != "tensorflow":
        raise ExportError("Export needs the TensorFlow backend (KERAS_BACKEND=tensorflow); weights are the same on all."
                          f" Received: {keras.backend.backend()}.")
    kind = path.suffix[1:]
    if kind not in FORMATS:
        raise ValueError(f"The file must end in .onnx or .tflite. Received: {path}.")
    if part is not None:
        check_part(part)
    if batch_size is not None:
        check_batch_size(batch_size)
    elif kind == "tflite":
        batch_size = 1  # an open batch costs ops a layer, and takes the graph away from phones' GPUs
    if not tolerance > 0 or math.isinf(tolerance):
        raise ValueError(f"tolerance must be positive and finite. Received: {tolerance}.")
    check_target(path, overwrite)
    model = resolve(model_or_name)
    selected = select(resized(model, image_size), part or default_part(model))
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".kerasgen-") as folder:  # beside: the same disk
        made = Path(folder) / path.name
        remarks = FORMATS[kind].write(selected, made, batch_size)
        manifest = _describe(model, selected, made, kind, batch_size) | remarks
        report = check_parity(made, manifest, selected, tolerance)
        manifest["parity"] = {"max_abs_error": report.max_abs_error, "tolerance": report.tolerance,
                              "batch_sizes": list(report.batch_sizes), "inputs": report.inputs}
        manifest_path(made).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")
        publish(made, path)
    return path


def _describe(model, part: Part, made: Path, kind: str, batch_size: int | None) -> dict:
    """The manifest, but for what only the check can tell."""
    shapes = {name: list(output.shape[1:]) for name, output in zip(part.outputs, part.network.outputs, strict=True)}
    packages = ("kerasgen", "keras", "tensorflow", *FORMATS[kind].PACKAGES)
    return {
        "format_version": FORMAT_VERSION,
        "format": kind,
        "file": {"name": made.name, "sha256": sha256(made), "bytes": made.stat().st_size},
        "model": type(model).__name__,
        "part": part.name,
        "inputs": part.describe_inputs(batch_size),
        "outputs": [{"name": name, "shape": [batch_size, *shape], "dtype": "float32",
                     "range": [0, 1] if name in PICTURES else None} for name, shape in shapes.items()],
        "latent_dim": part.latent_dim,
        "image_shape": list(part.image_shape),
        "num_classes": part.num_classes,
        "preset": _provenance(model),
        "versions": {package: importlib.metadata.version(package) for package in packages},
        "gpu_delegate_compatible": None,
        "gpu_delegate_complaints": [],
    }


def _provenance(model) -> dict | None:
    card = getattr(model, "card", None)
    trained_on = model.compiled and int(model.optimizer.iterations) > 0  # then the weights are the preset's no more
    if not card or "weights" not in card or trained_on:
        return None
    return {"name": card["name"], "weights_sha256": card["weights"]["sha256"], "licence": card.get("licence")}

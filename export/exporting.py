"""`export`: a model's part as a file that was compared with Keras before it is handed out."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import json
import math
import tempfile
from pathlib import Path

import keras

from kerasgen.files import sha256
from kerasgen.images.check import check_batch_size
from kerasgen.runtime.manifest import FORMAT_VERSION, manifest_path

from .advice import advice
from .comparison import FORMATS, compare
from .errors import ExportError
from .examples import calibration_inputs
from .files import check_target, publish
from .parts import IMAGE_OUTPUTS, Part, check_part, default_part, resized, resolve, select
from .precisions import check_precision
from .quality import measure
from .verification import Report, parity_inputs

RANGES = {"float32": [0, 1], "uint8": [0, 255]}  # of pictures


def export(
    model_or_name,
    path: str | Path,
    *,
    part: str | None = None,
    precision: str = "float32",
    pixels: str = "float32",
    batch_size: int | None = None,
    image_size: tuple[int, int] | None = None,
    tolerance: float = 1e-5,
    calibration=None,
    force: bool = False,
    overwrite: bool = False,
) -> Path:
    """Writes a part of a model as ONNX or LiteRT, checks it in its runtime, measures its pictures, and writes its manifest.

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
        precision: a name in `kerasgen.export.precisions.PRECISIONS`.
        pixels: "float32", or "uint8" for pictures of 0 to 255 straight from the graph.
        batch_size: fixes the batch; by default it is open in ONNX and 1 in LiteRT.
        image_size: (height, width) of a translator's images; None for the model's.
        tolerance: of float32 files, the largest absolute difference from Keras of any output value; for an output that exceeds
            1, as an encoder's may, times its largest value, as float32 rounds in proportion.
        calibration: examples of the first input, (n, ...), for "int8", "int8_mixed" and "int16x8"; None for codes from
            N(0, I), or for training images of the model's card.
        force: write a file that is further from Keras than its precision allows.
        overwrite: replace existing files.

    Returns:
        `path`. Raises ValueError for wrong arguments, ExportError on another backend than TensorFlow and for a file
        that fails its check; nothing is written then, and existing files are left as they were.
    """
    path = Path(path)
    if keras.backend.backend() != "tensorflow":
        raise ExportError(
            "Export needs the TensorFlow backend (KERAS_BACKEND=tensorflow); weights are the same on all."
            f" Received: {keras.backend.backend()}."
        )
    kind = path.suffix[1:]
    if kind not in FORMATS:
        raise ValueError(f"The file must end in .onnx or .tflite. Received: {path}.")
    if part is not None:
        check_part(part)
    chosen = check_precision(precision, kind)
    if pixels not in ("float32", "uint8"):
        raise ValueError(f"pixels must be 'float32' or 'uint8'. Received: {pixels!r}.")
    if calibration is not None and not chosen.calibrated:
        raise ValueError(f"Only int8, int8_mixed and int16x8 are calibrated. Received: calibration for {precision}.")
    if batch_size is not None:
        check_batch_size(batch_size)
    elif kind == "tflite":
        batch_size = 1  # an open batch costs ops a layer, and takes the graph away from phones' GPUs
    if not tolerance > 0 or math.isinf(tolerance):
        raise ValueError(f"tolerance must be positive and finite. Received: {tolerance}.")
    check_target(path, overwrite)
    model = resized(resolve(model_or_name), image_size)
    selected = select(model, part or default_part(model))
    _check_pixels(selected, pixels)
    examples = calibration_inputs(model, selected, calibration) if chosen.calibrated else None
    written = selected.as_uint8() if pixels == "uint8" else selected
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".kerasgen-") as folder:  # beside: the same disk
        made = Path(folder) / path.name
        remarks = FORMATS[kind].write(written, made, batch_size, precision, examples)
        manifest = _describe(model, written, made, kind, batch_size) | {"precision": precision} | remarks
        limits = (tolerance, None) if chosen.least_psnr is None else (None, chosen.least_psnr)
        inputs = parity_inputs(model, selected, manifest)
        comparison = compare(made, manifest, selected, inputs, None if force else limits[0])
        report = Report.of(comparison, *limits)
        if not force:
            _check_psnr(report, selected, made, manifest, inputs, examples)
        manifest["parity"] = dataclasses.asdict(report)
        if precision != "float32":  # which Keras's pictures are not told from
            manifest["quality"] = measure(model, selected, comparison)
        manifest_path(made).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", "utf-8")
        publish(made, path)
    return path


def _check_pixels(part: Part, pixels: str) -> None:
    if pixels == "uint8" and not any(name in IMAGE_OUTPUTS for name in part.outputs):
        raise ValueError(f"pixels='uint8' is for parts that give pictures. Received: the {part.name}.")


def _check_psnr(report: Report, part: Part, made: Path, manifest: dict, inputs: dict, examples: dict | None) -> None:
    """Refuses a file that lost too much, with the layers that lost most and what would pass."""
    try:
        report.check_psnr()
    except ExportError as error:
        found, offered = advice(part, made, manifest, inputs, examples)
        raise ExportError(f"{error} {found}", offered) from None


def _describe(model, part: Part, made: Path, kind: str, batch_size: int | None) -> dict:
    """The manifest, but for what only the check can tell."""
    shapes = {name: list(output.shape[1:]) for name, output in zip(part.outputs, part.network.outputs, strict=True)}
    dtypes = {name: str(output.dtype) for name, output in zip(part.outputs, part.network.outputs, strict=True)}
    packages = ("kerasgen", "keras", "tensorflow", *FORMATS[kind].PACKAGES)
    return {
        "format_version": FORMAT_VERSION,
        "format": kind,
        "file": {"name": made.name, "sha256": sha256(made), "bytes": made.stat().st_size},
        "model": type(model).__name__,
        "part": part.name,
        "inputs": part.describe_inputs(batch_size),
        "outputs": [
            {
                "name": name,
                "shape": [batch_size, *shape],
                "dtype": dtypes[name],
                "range": RANGES[dtypes[name]] if name in IMAGE_OUTPUTS else None,
            }
            for name, shape in shapes.items()
        ],
        "latent_dim": part.latent_dim,
        "image_shape": list(part.image_shape),
        "num_classes": part.num_classes,
        "pixel_deviation": getattr(model, "pixel_deviation", None),
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
    return {"name": card["name"], "weights_sha256": card["weights"]["sha256"], "license": card.get("license")}

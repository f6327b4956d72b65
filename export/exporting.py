"""`export`: a model's part as a file that was compared with Keras before it is published.

The steps: check, build, convert, compare, publish.
"""

from __future__ import annotations

import dataclasses
import importlib.metadata
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import keras
import msgspec

from kerasgen.base.model import GenerativeModel
from kerasgen.files import atomic_write, sha256, user_path
from kerasgen.models.vae_base import BaseVAE
from kerasgen.records import to_dict, write_record
from kerasgen.runtime.manifest import (
    FileInfo,
    ImageDType,
    Manifest,
    PartName,
    PrecisionName,
    PresetInfo,
    manifest_path,
)

from . import comparison
from .advice import advice
from .errors import ExportError
from .examples import Examples, calibration_inputs
from .formats import FORMATS
from .parts import Arrays, Part, default_part, resized, resolve, select
from .precisions import PRECISIONS, check_precision
from .quality import measure
from .request import ExportRequest, Format
from .verification import check_psnr, parity_inputs, parity_report


def export(
    model: GenerativeModel | str | Path,
    path: str | Path,
    *,
    format: Format | None = None,
    part: PartName | None = None,
    precision: PrecisionName = "float32",
    image_dtype: ImageDType = "float32",
    batch_size: int | None = None,
    image_size: Sequence[int] | None = None,
    tolerance: float = 1e-5,
    calibration: Examples | None = None,
    force: bool = False,
    overwrite: bool = False,
) -> Path:
    """Writes a part of a model as ONNX or LiteRT, checks it in its runtime, measures its images, and writes its manifest.

    Args:
        model: a model, or a preset's name or path.
        path: the file; its manifest becomes `<path>.json`.
        format: "onnx" or "litert"; None for that of the suffix of `path`, `.onnx` or `.tflite`. A path without one of these
            suffixes gets that of the format, one with the other's is refused.
        part: "decoder": codes `z` (batch, latent_dim), and for conditional models `label` (batch,), to `image`
            (batch, height, width, channels) in [0, 1];
            "encoder": `image` to the encoder's outputs, a VAE's `mean` and `log_variance`;
            "mapping", "synthesis": a style-based generator in two: `z` and `truncation` (batch, 1) to `styles` (batch, layers,
            style_dim), these to `image`; or
            "a_to_b", "b_to_a": `image` to `translated`, a translator's directions.
            None for the decoder, or a translator's "a_to_b".
        precision: a name in `kerasgen.export.precisions.PRECISIONS`.
        image_dtype: "float32", or "uint8" for images of 0 to 255 straight from the graph.
        batch_size: fixes the batch; by default it is open in ONNX and 1 in LiteRT.
        image_size: (height, width) of a translator's images; None for the model's.
        tolerance: of float32 files, the largest absolute difference from Keras of any output value, 1 at most; for an output
            that exceeds 1, as an encoder's may, times its largest value, as float32 rounds in proportion.
        calibration: examples of the first input, (n, ...), for "int8", "int8_mixed" and "int16x8", or the path of a folder of
            images or a `.npy` file; None for codes from N(0, I), or for training images of the model's card, which must be on
            the disk.
        force: write a file that is further from Keras than its precision allows.
        overwrite: replace existing files.

    Returns:
        The file's path. Raises ValueError for wrong arguments, ExportError on another backend than TensorFlow and for a file
        that fails its check; nothing is written then, and existing files are left as they were.
    """
    request = ExportRequest.of(
        path,
        format,
        part=part,
        precision=precision,
        image_dtype=image_dtype,
        batch_size=batch_size,
        image_size=image_size,
        tolerance=tolerance,
        force=force,
        overwrite=overwrite,
    )
    return run_export(model, request, calibration)


def run_export(model: GenerativeModel | str | Path, request: ExportRequest, calibration: Examples | None = None) -> Path:
    """As `export`, of a request."""
    check(request, calibration)
    job = build(model, request, calibration)
    with tempfile.TemporaryDirectory(dir=request.path.parent, prefix=".kerasgen-") as folder:  # beside: the same disk
        made = Path(folder) / request.path.name
        manifest = compare(job, made, convert(job, made))
        publish(made, manifest, request.path)
    return request.path


@dataclasses.dataclass(frozen=True)
class Job:
    """A request with what it is of: a part of a model, and examples of its inputs where the precision is calibrated."""

    request: ExportRequest
    model: GenerativeModel
    part: Part
    examples: Arrays | None


def check(request: ExportRequest, calibration: Examples | None) -> None:
    """Refuses what needs no model to be refused."""
    if keras.backend.backend() != "tensorflow":
        raise ExportError(
            "Export needs the TensorFlow backend (KERAS_BACKEND=tensorflow); weights are the same on all."
            f" Received: {keras.backend.backend()}."
        )
    precision = check_precision(request.precision, request.format)
    if calibration is not None and not precision.calibrated:
        raise ValueError(f"Only int8, int8_mixed and int16x8 are calibrated. Received: calibration for {request.precision}.")
    if isinstance(calibration, (str, Path)) and not user_path(calibration).exists():
        raise ValueError(f"calibration must be an array, or the path of a folder or file. Received: {calibration}.")
    _check_target(request.path, request.overwrite)


def build(model: GenerativeModel | str | Path, request: ExportRequest, calibration: Examples | None) -> Job:
    """Loads the model, takes the part in float32 and gets the examples."""
    model = resized(resolve(model), request.image_size)
    part = select(model, request.part or default_part(model))
    if request.image_dtype == "uint8" and part.image_output is None:
        raise ValueError(f"image_dtype='uint8' is for parts that give images. Received: the {part.name}.")
    calibrated = PRECISIONS[request.precision].calibrated
    return Job(request, model, part, calibration_inputs(model, part, calibration) if calibrated else None)


def convert(job: Job, made: Path) -> Manifest:
    """Writes the file; gives its manifest, without parity and quality."""
    request, model = job.request, job.model
    part = job.part.as_uint8() if request.image_dtype == "uint8" else job.part
    writer = FORMATS[request.format]
    complaints = writer.write(part, made, request.batch_size, request.precision, job.examples)
    packages = ("kerasgen", "keras", "tensorflow", *writer.PACKAGES)
    return Manifest(
        format=request.format,
        file=FileInfo(name=made.name, sha256=sha256(made), bytes=made.stat().st_size),
        model=type(model).__name__,
        part=part.name,
        inputs=part.describe_inputs(request.batch_size),
        outputs=part.describe_outputs(request.batch_size, request.image_dtype),
        latent_dim=part.latent_dim,
        image_shape=part.image_shape,
        num_classes=part.num_classes,
        pixel_deviation=model.pixel_deviation if isinstance(model, BaseVAE) else None,
        preset=_provenance(model),
        versions={package: importlib.metadata.version(package) for package in packages},
        gpu_delegate_compatible=None if complaints is None else not complaints,
        gpu_delegate_complaints=complaints or (),
        precision=request.precision,
        parity=None,
    )


def compare(job: Job, made: Path, manifest: Manifest) -> Manifest:
    """Compares the file with Keras, refuses one that is too far from it, and gives the manifest with what was measured."""
    request, part, least_psnr = job.request, job.part, PRECISIONS[job.request.precision].least_psnr
    tolerance = request.tolerance if least_psnr is None else None
    inputs = parity_inputs(job.model, part, manifest, job.examples)
    found = comparison.compare(made, manifest, part, inputs, None if request.force else tolerance)
    report = parity_report(found, tolerance, least_psnr)
    if not request.force:
        try:
            check_psnr(report)
        except ExportError as error:
            advised, offered = advice(part, made, manifest, inputs, job.examples)
            raise ExportError(f"{error} {advised}", offered) from None
    # Images in float32 are those of Keras.
    quality = None if request.precision == "float32" else measure(job.model, part, found)
    return msgspec.structs.replace(manifest, parity=report, quality=quality)


def publish(made: Path, manifest: Manifest, path: Path) -> None:
    """Moves the file and its manifest to `path`, on the same disk: the file first, which a program may hold open."""
    with atomic_write(manifest_path(path)) as beside, atomic_write(path) as file:
        write_record(beside, manifest)
        made.replace(file)


def _check_target(path: Path, overwrite: bool) -> None:
    """Raises ValueError unless `path` and its manifest can be written."""
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise ValueError(f"An export needs an existing folder that can be written. Received: {path.parent}.")
    taken = [file for file in (path, manifest_path(path)) if file.exists()]
    folders = [file for file in taken if file.is_dir()]
    if folders:
        raise ValueError(f"An export is written to a file. Received: the folder {folders[0]}.")
    if taken and not overwrite:
        raise ValueError(f"An export does not replace files unless overwrite=True. Received: {', '.join(map(str, taken))}.")


def _provenance(model: GenerativeModel) -> PresetInfo | None:
    """The preset that a model is from, unless it was trained on: then the weights are the preset's no more."""
    card = model.card
    if card is None or card.weights is None or model.steps:
        return None
    license = {name: text for name, text in to_dict(card.license).items() if isinstance(text, str)}
    return PresetInfo(name=card.name, weights_sha256=card.weights.sha256, license=license or None)

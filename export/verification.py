"""Comparing a written file, in the runtime that will run it, with Keras."""

from __future__ import annotations

from pathlib import Path

from kerasgen import presets
from kerasgen.base.model import GenerativeModel
from kerasgen.files import user_path
from kerasgen.models.translation_base import BaseTranslator
from kerasgen.records import convert
from kerasgen.runtime import load
from kerasgen.runtime.manifest import Manifest, ParityReport

from .comparison import Comparison, compare
from .errors import ExportError
from .examples import SEED, Examples, fixed_inputs, given_images, held_out_inputs, takes_images
from .parts import Arrays, Part, latent_dim_of, resized, resolve, select
from .precisions import PRECISIONS
from .request import Tolerance

INPUTS = 8


def verify(
    path: str | Path,
    model: GenerativeModel | str | Path | None = None,
    *,
    tolerance: float = 1e-5,
    images: Examples | None = None,
) -> ParityReport:
    """Repeats the parity check of a written file, on any Keras backend. The limits that its manifest names count for nothing.

    Args:
        path: a file that `export` wrote.
        model: the model it came from, or a preset's name or path; by default the preset that the manifest names.
        tolerance: as `export` takes it, of float32 files; others are held to the PSNR that their precision asks for.
        images: what an encoder or a translator of fewer bits is compared on where the held-out images of its model are not on
            the disk, (n, height, width, channels), or the path of a folder of them; None for noise.

    Raises ExportError for a file that does not give the model's outputs, or from other weights than the preset has now;
    ValueError for a model of other shapes and where neither manifest nor caller names a model; and what
    `kerasgen.runtime.load` raises.
    """
    convert(tolerance, Tolerance, "tolerance")
    path = user_path(path)
    manifest = load(path).manifest
    model = _preset(manifest) if model is None else resolve(model)
    if isinstance(model, BaseTranslator):
        model = resized(model, manifest.image_shape[:2])
    wanted = {"latent_dim": manifest.latent_dim, "image_shape": manifest.image_shape}
    found = {"latent_dim": latent_dim_of(model), "image_shape": tuple(model.image_shape)}
    if wanted != found:
        raise ValueError(f"The model must have the file's {wanted}. Received: {found}.")
    part, least_psnr = select(model, manifest.part), PRECISIONS[manifest.precision].least_psnr
    limit = tolerance if least_psnr is None else None
    given = None if images is None else given_images(images, part)
    inputs = parity_inputs(model, part, manifest, given)
    try:
        report = parity_report(compare(path, manifest, part, inputs, limit), limit, least_psnr)
        check_psnr(report)
    except ExportError as error:
        noise = limit is None and takes_images(part) and not (given or held_out_inputs(model, part))
        hint = " That was on noise; images=PATH gives others." if noise else ""
        raise ExportError(f"{error}{_claim(manifest, limit, least_psnr)}{hint}") from error
    return report


def parity_inputs(model: GenerativeModel, part: Part, manifest: Manifest, given: Arrays | None) -> Arrays:
    """Gives what a file is compared on: a few seeded inputs, as many as its batch holds.

    For fewer bits, whose errors are no roundings: the inputs that its images are measured on, with images that are `given`.
    """
    if manifest.precision == "float32":
        return part.sample_inputs(max(INPUTS, manifest.batch_size or 0), SEED)
    return fixed_inputs(model, part, given)


def parity_report(comparison: Comparison, tolerance: float | None, least_psnr: float | None) -> ParityReport:
    """Gives a comparison with its limits, one of which is None."""
    return ParityReport(
        max_abs_error=comparison.max_abs_error,
        tolerance=tolerance,
        psnr_db=comparison.psnr,
        least_psnr_db=least_psnr,
        batch_sizes=comparison.batch_sizes,
        inputs=comparison.inputs,
    )


def check_psnr(report: ParityReport) -> None:
    """Raises ExportError for a PSNR below its limit."""
    if report.least_psnr_db is not None and not report.psnr_db >= report.least_psnr_db:
        raise ExportError(
            f"The file must give the outputs of Keras at {report.least_psnr_db:g} dB or more. "
            f"Received: {report.psnr_db:.1f} dB."
        )


def _claim(manifest: Manifest, tolerance: float | None, least_psnr: float | None) -> str:
    """What the manifest says of the limits, where that is something else."""
    claimed = manifest.parity
    if claimed is None or (claimed.tolerance, claimed.least_psnr_db) == (tolerance, least_psnr):
        return ""
    limits = {"tolerance": claimed.tolerance, "least_psnr_db": claimed.least_psnr_db}
    return f" Its manifest claims {', '.join(f'{name} {limit:g}' for name, limit in limits.items() if limit is not None)}."


def _preset(manifest: Manifest) -> GenerativeModel:
    preset = manifest.preset
    if preset is None:
        raise ValueError("A file from no preset is verified against the model that it came from. Received: none.")
    model = presets.load(preset.name)
    weights = model.card.weights.sha256 if model.card and model.card.weights else None
    if weights != preset.weights_sha256:
        raise ExportError(
            f"The file must come from the weights that the preset {preset.name} has now, {weights}. "
            f"Received: a file from {preset.weights_sha256}."
        )
    return model

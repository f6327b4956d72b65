"""Comparing a written file, in the runtime that will run it, with Keras."""

from __future__ import annotations

from pathlib import Path

from kerasgen import presets
from kerasgen.base.model import GenerativeModel
from kerasgen.models.translation_base import BaseTranslator
from kerasgen.runtime.manifest import Manifest, ParityReport, read_manifest

from .comparison import Comparison, compare
from .errors import ExportError
from .examples import SEED, fixed_inputs
from .parts import Arrays, Part, latent_dim_of, resized, resolve, select

INPUTS = 8


def verify(path: str | Path, model: GenerativeModel | str | Path | None = None) -> ParityReport:
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
    if manifest.parity is None:
        raise ValueError(f"A file is verified by the limits in its manifest, parity. Received: {path} without.")
    model = _preset(manifest) if model is None else resolve(model)
    if isinstance(model, BaseTranslator):
        model = resized(model, manifest.image_shape[:2])
    wanted = {"latent_dim": manifest.latent_dim, "image_shape": manifest.image_shape}
    found = {"latent_dim": latent_dim_of(model), "image_shape": tuple(model.image_shape)}
    if wanted != found:
        raise ValueError(f"The model must have the file's {wanted}. Received: {found}.")
    part, limits = select(model, manifest.part), manifest.parity
    comparison = compare(path, manifest, part, parity_inputs(model, part, manifest), limits.tolerance)
    report = parity_report(comparison, limits.tolerance, limits.least_psnr_db)
    check_psnr(report)
    return report


def parity_inputs(model: GenerativeModel, part: Part, manifest: Manifest) -> Arrays:
    """Gives what a file is compared on: a few seeded inputs, as many as its batch holds.

    For fewer bits, whose errors are no roundings: the inputs that its images are measured on.
    """
    if manifest.precision == "float32":
        return part.sample_inputs(max(INPUTS, manifest.batch_size or 0), SEED)
    return fixed_inputs(model, part)


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


def _preset(manifest: Manifest) -> GenerativeModel:
    preset = manifest.preset
    if preset is None:
        raise ValueError("A file from no preset is verified against its model: verify(path, model). Received: model=None.")
    model = presets.load(preset.name)
    weights = model.card.weights.sha256 if model.card and model.card.weights else None
    if weights != preset.weights_sha256:
        raise ExportError(
            f"The file must come from the weights that the preset {preset.name} has now, {weights}. "
            f"Received: a file from {preset.weights_sha256}."
        )
    return model

"""Holding a written file, in the runtime that will run it, against Keras."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from kerasgen import presets
from kerasgen.runtime.manifest import read_manifest

from .comparison import Comparison, compare
from .errors import ExportError
from .examples import SEED, fixed_inputs
from .parts import Part, resized, resolve, select

INPUTS = 8


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

    @classmethod
    def of(cls, comparison: Comparison, tolerance: float | None, least_psnr: float | None) -> Report:
        return cls(comparison.max_abs_error, tolerance, comparison.psnr, least_psnr, comparison.batch_sizes, comparison.inputs)

    def check_psnr(self) -> None:
        """Raises ExportError for a PSNR below its limit."""
        if self.least_psnr_db is not None and not self.psnr_db >= self.least_psnr_db:
            raise ExportError(
                f"The file must give the outputs of Keras at {self.least_psnr_db:g} dB or more. "
                f"Received: {self.psnr_db:.1f} dB."
            )


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
    part, limits = select(model, manifest["part"]), manifest["parity"]
    comparison = compare(path, manifest, part, parity_inputs(model, part, manifest), limits["tolerance"])
    report = Report.of(comparison, limits["tolerance"], limits.get("least_psnr_db"))
    report.check_psnr()
    return report


def parity_inputs(model, part: Part, manifest: dict) -> dict[str, np.ndarray]:
    """What a file is compared on: a few seeded inputs, as many as its batch holds; for fewer bits, whose errors are no
    roundings, the inputs that its pictures are measured on.
    """
    if manifest.get("precision", "float32") == "float32":
        return part.sample_inputs(max(INPUTS, manifest["inputs"][0]["shape"][0] or 0), SEED)
    return fixed_inputs(model, part)


def _preset(manifest: dict):
    preset = manifest.get("preset")
    if not preset:
        raise ValueError("A file from no preset is verified against its model: verify(path, model). Received: model=None.")
    model = presets.load(preset["name"])
    weights = model.card["weights"]["sha256"]
    if weights != preset["weights_sha256"]:
        raise ExportError(
            f"The file must come from the weights that the preset {preset['name']} has now, {weights}. "
            f"Received: a file from {preset['weights_sha256']}."
        )
    return model

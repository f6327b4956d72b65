"""The files of a preset's networks, and what the page must know to use them."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np

from kerasgen import analysis, data, presets
from kerasgen.analysis.directions import attribute_direction
from kerasgen.base.model import GenerativeModel
from kerasgen.latent.codes import sample_codes
from kerasgen.models.style_base import BaseStyleGAN
from kerasgen.models.vae_base import BaseVAE
from kerasgen.runtime.manifest import PartName

from ..exporting import export
from ..parts import latent_dim_of
from .roles import Kind, Role

SLIDERS = 12
STARTS = 8  # held-out portraits whose codes the explorer starts from
LABELS = {"gender=F": "more like the women", "era=modern": "more modern"}
SAMPLES = 1000  # that a direction is fitted to
AXES = 6
PARTS: dict[Kind, tuple[PartName, ...]] = {"style": ("mapping", "synthesis"), "translator": ("a_to_b",)}


def describe(role: Role, folder: Path) -> dict[str, object]:
    """Exports the parts of a preset to `folder`; gives "name", "kind", "class", "files" {part: path}, and what the kind adds.

    A VAE adds "order" and "cost", the first dimensions of its code by KL in nats, and "starts", codes of held-out portraits; a
    style-based generator adds "directions" of its styles, "name", "vector" and "deviation" each.
    """
    model = presets.load(role.path)
    files = {}
    for part in PARTS.get(role.kind, ("decoder",)):
        path = export(model, folder / f"{role.name}.{part}.onnx", part=part)
        files[part] = f"{folder.name}/{path.name}"
    entry = {"name": role.name, "kind": role.kind, "class": role.card.model.class_, "files": files}
    latent_dim = latent_dim_of(model)
    return entry | ({} if latent_dim is None else {"latent_dim": latent_dim}) | _extras(model)


def _extras(model: GenerativeModel) -> dict[str, object]:
    if isinstance(model, BaseVAE):
        return _codes(model)
    return _directions(model) if isinstance(model, BaseStyleGAN) else {}


def _codes(model: BaseVAE) -> dict[str, object]:
    portraits = data.load("portraits", "test", shuffle=False).images()
    order, cost = analysis.order_by_kl(model, portraits)
    chosen = np.linspace(0, len(portraits) - 1, STARTS).round().astype(int)
    starts = model.encode(portraits[chosen])
    return {"order": order[:SLIDERS].tolist(), "cost": _rounded(cost[:SLIDERS], 2), "starts": _rounded(starts, 4)}


def _directions(model: BaseStyleGAN) -> dict[str, object]:
    """Directions of the labels that the samples show, and the principal axes of w (Härkönen et al. 2020, arXiv:2004.02546)."""
    directions = []
    for label, name in LABELS.items():
        with contextlib.suppress(ValueError):  # no sample, or every one, has it
            directions.append((name, *attribute_direction(model, label, samples=SAMPLES)))
    w = model.styles(sample_codes(SAMPLES, model.latent_dim, 0))[:, 0]
    _, deviations, axes = np.linalg.svd((w - w.mean(axis=0)) / np.sqrt(SAMPLES), full_matrices=False)
    shares = deviations**2 / (deviations**2).sum()
    directions += [
        (f"Axis {axis + 1}, {shares[axis]:.0%} of the variance", axes[axis], deviations[axis])
        for axis in range(min(AXES, len(axes)))
    ]
    return {
        "directions": [
            {"name": name, "vector": _rounded(vector, 5), "deviation": round(float(deviation), 5)}
            for name, vector, deviation in directions
        ]
    }


def _rounded(values: np.ndarray, digits: int) -> list[float]:
    return np.round(values.astype("float64"), digits).tolist()  # float32 would be written with all its digits

"""The files of a preset's networks, and what the page must know to use them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kerasgen import analysis, data, presets
from kerasgen.analysis.directions import attribute_direction

from ..exporting import export
from .roles import Role

SLIDERS = 12
STARTS = 8  # held-out portraits whose codes the explorer starts from
LABELS = {"gender=F": "more like the women", "era=modern": "more modern"}
SAMPLES = 1000  # that tell a direction
PARTS = {"style": ("mapping", "synthesis"), "translator": ("a_to_b",)}


def describe(role: Role, folder: Path) -> dict:
    """Exports the parts of a preset to `folder`; gives "name", "kind", "class", "files" {part: path}, and what the kind adds.

    A VAE adds "order" and "cost", the first numbers of its code by KL in nats, and "starts", codes of held-out portraits; a
    style-based generator adds "directions" of its styles.
    """
    model = presets.load(role.path)
    files = {}
    for part in PARTS.get(role.kind, ("decoder",)):
        path = export(model, folder / f"{role.name}.{part}.onnx", part=part)
        files[part] = f"{folder.name}/{path.name}"
    entry = {"name": role.name, "kind": role.kind, "class": role.card["model"]["class"], "files": files}
    if role.kind != "translator":
        entry["latent_dim"] = model.latent_dim
    return entry | EXTRAS.get(role.kind, lambda model: {})(model)


def _vae(model) -> dict:
    portraits = data.load("portraits", "test", shuffle=False).images()
    order, cost = analysis.order_by_kl(model, portraits)
    chosen = np.linspace(0, len(portraits) - 1, STARTS).round().astype(int)
    starts = model.encode(portraits[chosen])
    return {"order": order[:SLIDERS].tolist(), "cost": _rounded(cost[:SLIDERS], 2), "starts": _rounded(starts, 4)}


def _style(model) -> dict:
    directions = []
    for label, name in LABELS.items():
        vector, deviation = attribute_direction(model, label, samples=SAMPLES)
        directions.append({"name": name, "vector": _rounded(vector, 5), "deviation": round(deviation, 5)})
    return {"directions": directions}


def _rounded(values: np.ndarray, digits: int) -> list:
    return np.round(values.astype("float64"), digits).tolist()  # float32 would be written with all its digits


EXTRAS = {"vae": _vae, "style": _style}

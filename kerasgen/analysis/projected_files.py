"""Photographs in files, projected."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from kerasgen import presets
from kerasgen.analysis.projection import project
from kerasgen.analysis.translated_files import check_folder
from kerasgen.files import atomic_write
from kerasgen.images import COLUMNS, interleave, make_grid, save_png, to_float
from kerasgen.images.resize import fit_array
from kerasgen.models.style_base import BaseStyleGAN

FACE_DETECTOR = "debiasing_vae_portraits"
GRID, STYLES = "grid.png", "styles.npz"
SHOWN = 32  # images in the grid


def project_files(
    model: BaseStyleGAN, images: Mapping[Path, np.ndarray], output: Path, steps: int, space: str, overwrite: bool = False
) -> list[str]:
    """Writes the projection of each image (height, width, channels) uint8, cut to the middle square, to a folder.

    Beside them `styles.npz`, with an array for each name, and `grid.png`, each image above its projection.

    Returns:
        Warnings: which images show no face, where the generator makes faces. Raises ValueError, before the search, for files
        that exist, and for an output that is no folder.
    """
    check_folder(output, (*images, Path(GRID), Path(STYLES)), overwrite)
    height, width, channels = model.image_shape
    targets = np.stack([to_float(fit_array(image, (height, width), channels)) for image in images.values()])
    warnings = _no_faces(model, list(images), targets)
    styles = project(model, targets, steps, space)
    projected = model.synthesize(styles)
    for name, image in zip(images, projected, strict=True):
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        save_png(output / name, make_grid(image[None]))
    with atomic_write(output / STYLES) as beside:
        np.savez(beside, **{str(name.with_suffix("")): style for name, style in zip(images, styles, strict=True)})
    save_png(output / GRID, make_grid(interleave(targets[:SHOWN], projected[:SHOWN]), min(COLUMNS, len(targets))))
    return warnings


def _no_faces(model: BaseStyleGAN, names: list[Path], images: np.ndarray) -> list[str]:
    if model.card is None or model.card.data is None or model.card.data.source != "portraits":
        return []
    detector = presets.load(FACE_DETECTOR)
    height, width, channels = detector.image_shape
    resized = np.stack([fit_array(image, (height, width), channels) for image in images])
    return [
        f"{name} shows no upright face in its middle, according to {FACE_DETECTOR}; its projection may not resemble it."
        for name, probability in zip(names, detector.classify(resized), strict=True)
        if probability < 0.5
    ]

"""Photographs in files, projected."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kerasgen import presets
from kerasgen.analysis.projection import project
from kerasgen.images import COLUMNS, interleave, make_grid, save_png, to_float
from kerasgen.images.resize import fit_array

FACES = "debiasing_vae_portraits"  # tells faces from what is none
SHEET, STYLES = "make_grid.png", "styles.npz"
SHOWN = 32  # pictures on the make_grid


def project_files(
    model, pictures: dict[Path, np.ndarray], output: Path, steps: int, space: str, overwrite: bool = False
) -> list[str]:
    """Writes the projection of each picture (height, width, channels) uint8, cut to the middle square, to a folder.

    Beside them `styles.npz`, with an array for each name, and `make_grid.png`, each photograph above its projection.

    Returns:
        Warnings: which photographs show no face, where the generator draws faces. Raises ValueError, before the search, for
        files that exist.
    """
    taken = [str(output / name) for name in (*pictures, SHEET, STYLES) if (output / name).exists()]
    if taken and not overwrite:
        raise ValueError(f"Existing files are replaced only if told to (overwrite). Received: {', '.join(taken[:5])}.")
    height, width, channels = model.image_shape
    images = np.stack([to_float(fit_array(picture, (height, width), channels)) for picture in pictures.values()])
    warnings = _no_faces(model, list(pictures), images)
    styles = project(model, images, steps, space)
    projected = model.synthesize(styles)
    for name, image in zip(pictures, projected, strict=True):
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        save_png(output / name, make_grid(image[None]))
    np.savez(output / STYLES, **{str(name.with_suffix("")): style for name, style in zip(pictures, styles, strict=True)})
    save_png(output / SHEET, make_grid(interleave(images[:SHOWN], projected[:SHOWN]), min(COLUMNS, len(images))))
    return warnings


def _no_faces(model, names: list[Path], images: np.ndarray) -> list[str]:
    if getattr(model, "card", {}).get("data", {}).get("source") != "portraits":
        return []
    detector = presets.load(FACES)
    sizes = np.stack([fit_array(image, detector.image_shape[:2], detector.image_shape[2]) for image in images])
    return [
        f"{name} shows no upright face in its middle, by {FACES}; what it is projected to may not be like it."
        for name, probability in zip(names, detector.classify(sizes), strict=True)
        if probability < 0.5
    ]

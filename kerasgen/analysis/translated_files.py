"""Files and folders of pictures through a translator."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from kerasgen.data.folder import image_files, no_images, read_files
from kerasgen.images import interleave, make_grid, save_png, to_float
from kerasgen.images.resize import fit_array
from kerasgen.images.tiling import fit_in, translate_image

SHEET = "make_grid.png"
SHOWN = 32  # pictures on the make_grid


def read_images(inputs: Sequence[Path], skip_unreadable: bool = False) -> tuple[dict[Path, np.ndarray], list]:
    """Reads files, and all in folders: {name below the output: uint8 (height, width, channels)}, [(skipped, why)].

    Raises ValueError for a folder without pictures, for an unreadable file unless it is to be skipped, for two of one name,
    and where nothing is left.
    """
    files = {}
    for given in inputs:
        if given.is_dir() and not image_files(given):
            raise no_images(given)
        for file in image_files(given) if given.is_dir() else [given]:
            name = (file.relative_to(given) if given.is_dir() else Path(file.name)).with_suffix(".png")
            if name in files or name == Path(SHEET):
                raise ValueError(
                    f"Pictures need names of their own, other than {SHEET}. Received: {file} and {files.get(name, SHEET)}."
                )
            files[name] = file
    pictures, skipped = {}, []
    for name, file in files.items():
        try:
            pictures[name] = read_files([file], None, None)[0]
        except ValueError as error:
            if not skip_unreadable:
                raise
            skipped.append((file, str(error)))
    if not pictures:
        raise ValueError(f"A picture at least must be readable. Received: {len(skipped)} that are not.")
    return pictures, skipped


def check_transform(card: dict) -> Callable:
    """Gives the drawing by which a preset's sources came from pictures; raises ValueError for a card without."""
    from kerasgen.data.transforms import TRANSFORMS

    name = card.get("data", {}).get("pairs")
    if name not in TRANSFORMS:
        raise ValueError(
            f"--draw is for presets whose sources are drawings ({', '.join(TRANSFORMS)}). Received: one whose card "
            f"says {name!r}."
        )
    return TRANSFORMS[name]


def translate_files(
    model,
    pictures: dict[Path, np.ndarray],
    output: Path,
    direction: str | None = None,
    tiled: bool = False,
    drawing: Callable | None = None,
    overwrite: bool = False,
) -> Path:
    """Translates pictures and writes each below `output`, and a make_grid of before and after; gives the make_grid's path.

    `model` is a translator, or an exported one. Raises ValueError, before any work, for a model of another kind, a direction
    that it does not have, and files that exist.
    """
    directions = getattr(model, "directions", ())
    if not directions:
        kind = getattr(model, "manifest", {}).get("model", type(model).__name__)
        raise ValueError(f"Pictures are translated by translators, as Pix2Pix and CycleGAN. Received: {kind}.")
    if direction not in (None, *directions):
        raise ValueError(f"direction must be one that the translator has: {', '.join(directions)}. Received: {direction!r}.")
    taken = [str(output / name) for name in (*pictures, Path(SHEET)) if (output / name).exists()]
    if taken and not overwrite:
        raise ValueError(f"Files are not replaced unless told to (overwrite). Received: {', '.join(taken[:5])}.")
    if output.exists() and not output.is_dir() or not os.access(output if output.exists() else output.parent, os.W_OK):
        raise ValueError(f"The output must be a folder that can be written. Received: {output}.")
    height, width, channels = model.source_shape
    shown = []
    for name, picture in pictures.items():
        before = fit_array(drawing(picture) if drawing else picture, None, channels)
        after = translate_image(
            lambda images: model.translate(images, direction=direction or directions[0]), before, (height, width), tiled
        )
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        save_png(output / name, after)
        if len(shown) < SHOWN:
            shown.append([fit_in(to_float(each), (height, width))[0] for each in (before, after)])
    return save_png(output / SHEET, make_grid(interleave(*map(np.stack, zip(*shown, strict=True))), min(8, len(shown))))

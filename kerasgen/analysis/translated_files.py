"""Files and folders of images through a translator."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from kerasgen.base.model import GenerativeModel
from kerasgen.data.folder import image_files
from kerasgen.data.image_files import no_images, read_files
from kerasgen.images import check_output, check_suffix, interleave, make_grid, save_image, save_png, to_float
from kerasgen.images.opening import WHITE, Background
from kerasgen.images.resize import fit_array
from kerasgen.images.tiling import fit_in, translate_image
from kerasgen.models.translation_base import BaseTranslator
from kerasgen.runtime import Runtime

GRID = "grid.png"
SHOWN = 32  # images in the grid
Transform = Callable[[np.ndarray], np.ndarray]


def read_images(
    inputs: Sequence[Path], skip_unreadable: bool = False, background: Background = WHITE
) -> tuple[dict[Path, np.ndarray], list[tuple[Path, str]]]:
    """Reads files, and all in folders: {name below the output: uint8 (height, width, channels)}, [(skipped, why)].

    What is transparent is composed over `background`.

    Raises ValueError for a folder without images, for an unreadable file unless it is to be skipped, for two of one name,
    and where nothing is left.
    """
    files: dict[Path, Path] = {}
    for given in inputs:
        if given.is_dir() and not image_files(given):
            raise no_images(given)
        for file in image_files(given) if given.is_dir() else [given]:
            name = (file.relative_to(given) if given.is_dir() else Path(file.name)).with_suffix(".png")
            if name in files or name == Path(GRID):
                raise ValueError(
                    f"Images need names of their own, other than {GRID}. Received: {file} and {files.get(name, GRID)}."
                )
            files[name] = file
    images, skipped = {}, []
    for name, file in files.items():
        try:
            images[name] = read_files([file], None, None, background)[0]
        except ValueError as error:
            if not skip_unreadable:
                raise
            skipped.append((file, str(error)))
    if not images:
        raise ValueError(f"At least one image must be readable. Received: {len(skipped)} that are not.")
    return images, skipped


def check_folder(output: Path, names: Iterable[Path], overwrite: bool) -> None:
    """Raises ValueError unless files of these names can be written to a folder, which may be new."""
    taken = [str(output / name) for name in names if (output / name).exists()]
    if taken and not overwrite:
        raise ValueError(f"Existing files are replaced only with overwrite=True. Received: {', '.join(taken[:5])}.")
    if output.exists() and not output.is_dir() or not os.access(output if output.exists() else output.parent, os.W_OK):
        raise ValueError(f"The output must be a folder that can be written. Received: {output}.")


def translate_files(
    model: GenerativeModel | Runtime,
    images: Mapping[Path, np.ndarray],
    output: Path,
    direction: str | None = None,
    tiled: bool = False,
    transform: Transform | None = None,
    overwrite: bool = False,
) -> Path:
    """Translates images and writes each below `output`, with a grid of before and after.

    Args:
        model: a translator, or an exported one.
        images: {name: uint8 (height, width, channels)}, of any size.
        output: a folder; it is created.
        direction: "a_to_b" or "b_to_a"; the first that the translator has if None.
        tiled: translate overlapping tiles at full size, instead of the image shrunk to the translator's size.
        transform: applied to the images first.
        overwrite: replace existing files.

    Returns:
        The grid's path. Raises ValueError, before any work, for a model of another kind, a direction that it does not have,
        and files that exist.
    """
    translate = _translation(model, direction, tiled, transform)
    check_folder(output, (*images, Path(GRID)), overwrite)
    height, width, _ = model.source_shape
    shown: list[list[np.ndarray]] = []
    for name, image in images.items():
        before, after = translate(image)
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        save_png(output / name, after)
        if len(shown) < SHOWN:
            shown.append([fit_in(to_float(each), (height, width))[0] for each in (before, after)])
    return save_png(output / GRID, make_grid(interleave(*map(np.stack, zip(*shown, strict=True))), min(8, len(shown))))


def translate_file(
    model: GenerativeModel | Runtime,
    image: np.ndarray,
    output: Path,
    direction: str | None = None,
    tiled: bool = False,
    transform: Transform | None = None,
    overwrite: bool = False,
) -> Path:
    """Translates an image, uint8 (height, width, channels), into a file, in the format of its suffix; gives its path.

    The other arguments are those of `translate_files`. Raises ValueError, before any work, for a model of another kind, a
    direction that it does not have, a suffix of no format, and a file that exists.
    """
    translate = _translation(model, direction, tiled, transform)
    check_suffix(output)
    return save_image(check_output(output, overwrite), translate(image)[1])


def _translation(
    model: GenerativeModel | Runtime, direction: str | None, tiled: bool, transform: Transform | None
) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Gives what makes of an image of any size what the translator sees of it, and the translation."""
    if not isinstance(model, (BaseTranslator, Runtime)) or not model.directions:
        kind = f"a file of the {model.manifest.part}" if isinstance(model, Runtime) else type(model).__name__
        raise ValueError(f"Images are translated by translators, such as Pix2Pix and CycleGAN. Received: {kind}.")
    directions = model.directions
    if direction not in (None, *directions):
        raise ValueError(f"direction must be one that the translator has: {', '.join(directions)}. Received: {direction!r}.")
    height, width, channels = model.source_shape

    def translate(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        before = fit_array(transform(image) if transform else image, None, channels)
        after = translate_image(lambda x: model.translate(x, direction or directions[0]), before, (height, width), tiled)
        return before, after

    return translate

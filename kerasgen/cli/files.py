"""Commands that apply a model to image files: translate, project, outliers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from kerasgen.cli.options import (
    Overwrite,
    Preset,
    check_image,
    check_output,
    load_preset,
    load_style_generator,
    open_source,
    read_numbers,
    say,
    waiting,
    wrong_model,
)
from kerasgen.runtime.quiet import quiet_stderr

if TYPE_CHECKING:
    import numpy as np

    from kerasgen.base.model import GenerativeModel
    from kerasgen.runtime import Runtime

app = typer.Typer()

Inputs = Annotated[list[Path], typer.Argument(help="Image files, and folders of them, of any size.", exists=True)]


@app.command()
def translate(
    source: Annotated[str, typer.Argument(help="A translator: a preset, a card, or an exported .onnx or .tflite file.")],
    inputs: Inputs,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Folder for the images and grid.png; or a .png, .jpg or .webp, of one image.")
    ] = Path("translated"),
    direction: Annotated[
        Literal["a_to_b", "b_to_a"] | None, typer.Option(help="The translator's first direction by default.")
    ] = None,
    tiled: Annotated[bool, typer.Option("--tiled", help="Translate overlapping tiles at full size, unshrunk.")] = False,
    from_photos: Annotated[
        bool,
        typer.Option(
            "--from-photos", help="The inputs are photos: apply the transform of the preset's sources (edges, ...) first."
        ),
    ] = False,
    background: Annotated[
        str, typer.Option(metavar="R,G,B", help="Red, green and blue in 0..255 behind what is transparent.")
    ] = "255,255,255",
    skip_unreadable: Annotated[bool, typer.Option("--skip-unreadable", help="Report unreadable files and go on.")] = False,
    overwrite: Overwrite = False,
) -> None:
    """Translate images into images of the other kind, and write a grid of before and after."""
    from kerasgen.images.saving import STILLS

    alone = output.suffix.lower() in STILLS and not output.is_dir()
    if alone and (len(inputs) > 1 or inputs[0].is_dir()):
        raise ValueError(
            f"One image file gives one; several need a folder. Received: {output} for {', '.join(map(str, inputs))}."
        )
    if alone:
        check_image(output, overwrite)
    behind = read_numbers("--background", background, int)
    skipped: list[tuple[Path, str]] = []
    with waiting("reading the images"):
        with quiet_stderr():
            from kerasgen.analysis.translated_files import read_images, translate_file, translate_files
        from kerasgen.data.image_files import check_background, read_files

        color = check_background(behind)
        if alone:
            images = {output: read_files(inputs, None, None, color)[0]}
        else:
            images, skipped = read_images(inputs, skip_unreadable, color)
    for file, reason in skipped:
        say(f"skipped {file}: {reason}")
    model = open_source(source)
    transform = _transform_of(model, source) if from_photos else None
    count = "1 image" if len(images) == 1 else f"{len(images)} images"
    with waiting(f"translating {count}"):
        if alone:
            written = translate_file(model, images[output], output, direction, tiled, transform, overwrite)
        else:
            written = translate_files(model, images, output, direction, tiled, transform, overwrite)
    say(f"{count}: {written}")


def _transform_of(model: GenerativeModel | Runtime, source: str) -> Callable[[np.ndarray], np.ndarray]:
    from kerasgen.data.transforms import TRANSFORMS
    from kerasgen.runtime import Runtime

    card = None if isinstance(model, Runtime) else model.card
    pairs = card.data.pairs if card and card.data else None
    if pairs not in TRANSFORMS:
        raise ValueError(
            f"--from-photos is for presets whose sources are made by a transform ({', '.join(TRANSFORMS)}). Received: {source}."
        )
    return TRANSFORMS[pairs]


@app.command()
def project(
    preset: Preset,
    inputs: Inputs,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for images, styles.npz and grid.png.")] = Path(
        "projected"
    ),
    steps: Annotated[int, typer.Option(min=1, help="Steps of the search.")] = 800,
    space: Annotated[Literal["w", "w+"], typer.Option(help="w: one style for all layers; w+: one for each.")] = "w+",
    overwrite: Overwrite = False,
) -> None:
    """Project photos into latent space: find the styles whose image is nearest to each."""
    with waiting("reading the images"):
        with quiet_stderr():
            from kerasgen.analysis.translated_files import read_images

        images, _ = read_images(inputs)
    model = load_style_generator(preset)
    from kerasgen.analysis.projected_files import project_files

    with waiting(f"projecting {len(images)} images in {steps} steps"):
        warnings = project_files(model, images, output, steps, space, overwrite)
    for warning in warnings:
        say(f"warning: {warning}", style="yellow")
    say(f"{len(images)} images, each above its projection: {output / 'grid.png'}")


@app.command()
def outliers(
    preset: Preset,
    folder: Annotated[Path, typer.Argument(help="A folder of image files.", exists=True, file_okay=False)],
    output: Annotated[Path, typer.Option("-o", "--output", help="The CSV to write.")] = Path("outliers.csv"),
    score: Annotated[
        str,
        typer.Option(help="reconstruction, elbo, iwae, likelihood_regret, input_complexity or density_of_states."),
    ] = "density_of_states",
    contamination: Annotated[
        float, typer.Option(min=0.0, max=0.5, help="Share of the training images beyond the threshold.")
    ] = 0.05,
    overwrite: Overwrite = False,
) -> None:
    """Score the images of a folder by how unlike a preset's training data they are."""
    check_output(output, overwrite)
    model = load_preset(preset)
    from kerasgen.analysis.outlier_report import outlier_report, write_csv
    from kerasgen.models.autoencoder_base import BaseAutoencoder

    if not isinstance(model, BaseAutoencoder):
        raise wrong_model("an autoencoder or a VAE", preset, model)
    with waiting("scoring the images"):
        rows = outlier_report(model, folder, score, contamination)
    say(
        f"outliers: {sum(row.outlier for row in rows)} of {len(rows)} images, the most unusual {rows[0].file}: "
        f"{write_csv(output, rows)}"
    )

"""Commands that work with a generator: mix, truncate, noise, direction, project, film, neighbors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kerasgen.cli.options import Overwrite, Preset, Seed, console, load_preset, load_style_generator, write_rows

app = typer.Typer()

Output = Annotated[Path, typer.Option("-o", "--output", help="The PNG to write.")]
Rows = Annotated[int, typer.Option("-n", help="Number of pictures, the rows.")]
Truncation = Annotated[float, typer.Option(help="Draws w towards its average; from -1 to 2.")]


@app.command()
def mix(
    preset: Preset,
    output: Output = Path("mixed.png"),
    layers: Annotated[str | None, typer.Option(help="coarse, middle, fine, or indices as 0,1,2; all kinds otherwise.")] = None,
    a: Annotated[int, typer.Option(help="Number of sources A, the rows.")] = 3,
    b: Annotated[int, typer.Option(help="Number of sources B, the columns, whose styles are taken.")] = 6,
    truncation: Truncation = 0.7,
    seed: Seed = 0,
    overwrite: Overwrite = False,
) -> None:
    """Mix styles: every source A with the styles of every source B at some layers."""
    import numpy as np

    model = load_style_generator(preset, output, overwrite)
    from kerasgen import analysis
    from kerasgen.analysis.style_mixing import style_ranges
    from kerasgen.latent.codes import sample_codes

    kinds = list(style_ranges(model.style_layers)) if layers is None else [_layers(layers)]
    codes = sample_codes(a + b, model.latent_dim, seed)
    tables = [analysis.mixing_table(model, codes[:a], codes[a:], kind, truncation) for kind in kinds]
    console.print(f"{', '.join(map(str, kinds))} styles of B in A: {write_rows(output, np.concatenate(tables), b + 1)}")


@app.command()
def truncate(
    preset: Preset,
    output: Output = Path("truncated.png"),
    n: Rows = 6,
    values: Annotated[str, typer.Option(help="The truncations, the columns.")] = "1,0.7,0.5,0,-0.5,-1",
    seed: Seed = 0,
    overwrite: Overwrite = False,
) -> None:
    """Draw the same codes at several truncations."""
    strengths = _numbers(values, float)
    model = load_style_generator(preset, output, overwrite)
    from kerasgen import analysis
    from kerasgen.latent.codes import sample_codes

    images = analysis.truncation_sweep(model, sample_codes(n, model.latent_dim, seed), strengths)
    console.print(f"truncations {values}: {write_rows(output, images.reshape(-1, *model.image_shape), len(strengths))}")


@app.command()
def noise(
    preset: Preset,
    output: Output = Path("noise.png"),
    n: Rows = 4,
    truncation: Truncation = 0.7,
    seed: Seed = 0,
    overwrite: Overwrite = False,
) -> None:
    """Draw the same styles with other noise; the last column is where it matters, brightest the most."""
    model = load_style_generator(preset, output, overwrite)
    from kerasgen import analysis
    from kerasgen.latent.codes import sample_codes

    images, deviation = analysis.noise_variation(model, sample_codes(n, model.latent_dim, seed), 7, seed, truncation)
    rows = analysis.noise_table(images, deviation)
    console.print(
        f"noise moves a pixel by {deviation.mean():.4f} on average: "
        f"{write_rows(output, rows.reshape(-1, *model.image_shape), rows.shape[1])}"
    )


@app.command()
def direction(
    preset: Preset,
    label: Annotated[str, typer.Argument(help="A label of the preset's data, and its value: gender=F, era=modern.")],
    output: Output = Path("direction.png"),
    n: Rows = 6,
    truncation: Truncation = 0.7,
    seed: Seed = 0,
    overwrite: Overwrite = False,
) -> None:
    """Move pictures along the direction of a label in w, which 4,000 samples tell."""
    model = load_style_generator(preset, output, overwrite)
    from kerasgen import analysis
    from kerasgen.analysis.directions import attribute_direction
    from kerasgen.latent.codes import sample_codes

    found, deviation = attribute_direction(model, label, seed)
    amounts = [share * deviation for share in (-3.0, -1.5, 0.0, 1.5, 3.0)]
    images = analysis.move(model, model.styles(sample_codes(n, model.latent_dim, seed), truncation), found, amounts)
    console.print(f"from less to more {label}: {write_rows(output, images.reshape(-1, *model.image_shape), len(amounts))}")


@app.command()
def project(
    preset: Preset,
    photographs: Annotated[list[Path], typer.Argument(help="Picture files, and folders of them.", exists=True)],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for pictures, styles.npz and make_grid.png.")] = Path(
        "projected"
    ),
    steps: Annotated[int, typer.Option(help="Of the search.")] = 800,
    space: Annotated[str, typer.Option(help="w, one style for all layers, or w+, one for each.")] = "w+",
    overwrite: Overwrite = False,
) -> None:
    """Find the styles whose picture is nearest to a photograph's."""
    from kerasgen.analysis.translated_files import read_images

    pictures, _ = read_images(photographs)
    model = load_style_generator(preset)
    from kerasgen.analysis.projected_files import project_files

    for warning in project_files(model, pictures, output, steps, space, overwrite):
        console.print(f"[yellow]warning:[/] {warning}", highlight=False, soft_wrap=True)
    console.print(f"{len(pictures)} photographs, each above its projection: {output / 'make_grid.png'}")


@app.command()
def film(
    preset: Preset,
    output: Annotated[Path, typer.Option("-o", "--output", help="The .webp, .gif or .png to write.")] = Path("film.webp"),
    n: Annotated[int, typer.Option("-n", help="Number of codes that the film passes.")] = 6,
    steps: Annotated[int, typer.Option(help="Pictures from one to the next.")] = 24,
    seed: Seed = 0,
    overwrite: Overwrite = False,
) -> None:
    """Film a way through latent space, over several codes and back to the first."""
    model = load_preset(preset, output, overwrite)
    if not hasattr(model, "sample") or model.num_classes:
        raise ValueError(f"A film needs a model that samples without labels. Received: {preset}, a {type(model).__name__}.")
    from kerasgen import analysis
    from kerasgen.latent.codes import sample_codes

    frames = analysis.loop_codes(sample_codes(n, model.latent_dim, seed), steps)
    console.print(f"{len(frames)} pictures: {analysis.save_animation(output, model.decode(frames), overwrite=overwrite)}")


@app.command()
def neighbors(
    preset: Preset,
    output: Output = Path("neighbors.png"),
    n: Annotated[int, typer.Option("-n", help="Number of samples, the rows.")] = 8,
    k: Annotated[int, typer.Option("-k", help="Number of neighbors of each.")] = 5,
    extractor: Annotated[str | None, typer.Option(help="By whose features; the card's otherwise, or pixels.")] = None,
    seed: Seed = 0,
    overwrite: Overwrite = False,
) -> None:
    """Show samples, each beside the training images nearest to it: a copy would show."""
    import numpy as np

    model = load_preset(preset, output, overwrite)
    if not hasattr(model, "sample"):
        raise ValueError(f"Neighbors are those of samples. Received: {preset}, a {type(model).__name__}.")
    from kerasgen.analysis.neighbors import sample_neighbors

    samples, nearest, lengths = sample_neighbors(model, n, k, extractor, seed)
    rows = np.concatenate([samples[:, None], nearest], axis=1)
    console.print(
        f"distance to the nearest training image {lengths[:, 0].min():.3g} to {lengths[:, 0].max():.3g}: "
        f"{write_rows(output, rows.reshape(-1, *model.image_shape), k + 1)}"
    )


def _layers(text: str):
    return text if text.isalpha() else _numbers(text, int)


def _numbers(text: str, kind: type) -> list:
    try:
        return [kind(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(f"Numbers are separated by commas. Received: {text!r}.") from None

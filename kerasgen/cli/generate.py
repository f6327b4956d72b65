"""Commands that generate images: sample, mix, truncate, noise, direction, animate, neighbors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kerasgen.cli.options import (
    OutputImage,
    Overwrite,
    Preset,
    Rows,
    Seed,
    Truncation,
    check_image,
    is_exported,
    load_sampler,
    load_style_generator,
    open_file,
    read_numbers,
    say,
    waiting,
    write_grid,
)

if TYPE_CHECKING:
    from kerasgen.models.latent_base import LatentSampler
    from kerasgen.models.style_base import BaseStyleGAN
    from kerasgen.runtime import Runtime

app = typer.Typer()


@app.command()
def sample(
    source: Annotated[str, typer.Argument(help="A preset, a card, or an exported .onnx or .tflite file.")],
    output: OutputImage = Path("samples.png"),
    n: Annotated[int, typer.Option("-n", min=1, help="Number of images.")] = 64,
    seed: Seed = 0,
    labels: Annotated[
        list[int] | None,
        typer.Option("--label", help="Class to generate, for conditional models; may be repeated, all in turn by default."),
    ] = None,
    truncation: Truncation = 1.0,
    overwrite: Overwrite = False,
) -> None:
    """Generate images and write them as one grid; exported files run without Keras."""
    from kerasgen.latent.codes import labels_in_turn

    check_image(output, overwrite)
    model: LatentSampler | Runtime = open_file(source) if is_exported(source) else load_sampler(source)
    if labels and not 0 <= min(labels) <= max(labels) < model.num_classes:
        rule = f"must be from 0 to {model.num_classes - 1}" if model.num_classes else "is for conditional models"
        raise ValueError(f"--label {rule}. Received: {', '.join(map(str, labels))}, for {source}.")
    chosen = labels_in_turn(n, model.num_classes, labels)
    with waiting("generating images"):
        if truncation == 1.0:
            images = model.sample(n, seed=seed, labels=chosen)
        else:
            images = _style_based(model, source).sample(n, seed=seed, labels=chosen, truncation=truncation)
    say(f"{n} images of seed {seed}: {write_grid(output, images)}")


@app.command()
def mix(
    preset: Preset,
    output: OutputImage = Path("mixed.png"),
    layers: Annotated[
        str | None, typer.Option(help="coarse, middle, fine, or indices such as 0,1,2; each kind by default.")
    ] = None,
    rows: Annotated[int, typer.Option(min=1, help="Number of sources A.")] = 3,
    columns: Annotated[int, typer.Option(min=1, help="Number of sources B, whose styles are taken.")] = 6,
    truncation: Truncation = 0.7,
    seed: Seed = 0,
    overwrite: Overwrite = False,
) -> None:
    """Mix styles: every source A with the styles of every source B at some layers."""
    import numpy as np

    check_image(output, overwrite)
    model = load_style_generator(preset)
    from kerasgen import analysis
    from kerasgen.analysis.style_mixing import style_ranges
    from kerasgen.latent.codes import sample_codes

    kinds: list[str] | list[list[int]] = list(style_ranges(model.style_layers))
    if layers is not None:
        kinds = [layers] if layers.isalpha() else [read_numbers("--layers", layers, int)]
    codes = sample_codes(rows + columns, model.latent_dim, seed)
    with waiting("mixing styles"):
        tables = [analysis.mixing_table(model, codes[:rows], codes[rows:], kind, truncation) for kind in kinds]
    written = write_grid(output, np.concatenate(tables), columns + 1)
    say(f"{', '.join(map(str, kinds))} styles of B in A: {written}")


@app.command()
def truncate(
    preset: Preset,
    output: OutputImage = Path("truncated.png"),
    n: Rows = 6,
    values: Annotated[str, typer.Option(help="The truncations, from -1 to 2: the columns.")] = "1,0.7,0.5,0,-0.5,-1",
    seed: Seed = 0,
    overwrite: Overwrite = False,
) -> None:
    """Generate the same codes at several truncations."""
    from kerasgen.latent.styles import TRUNCATION

    truncations = read_numbers("--values", values, float)
    if not TRUNCATION[0] <= min(truncations) <= max(truncations) <= TRUNCATION[1]:
        raise ValueError(f"--values must lie from {TRUNCATION[0]:g} to {TRUNCATION[1]:g}. Received: {values!r}.")
    check_image(output, overwrite)
    model = load_style_generator(preset)
    from kerasgen import analysis
    from kerasgen.latent.codes import sample_codes

    with waiting("generating images"):
        images = analysis.truncation_sweep(model, sample_codes(n, model.latent_dim, seed), truncations)
    say(f"truncations {values}: {write_grid(output, images.reshape(-1, *model.image_shape), len(truncations))}")


@app.command()
def noise(
    preset: Preset,
    output: OutputImage = Path("noise.png"),
    n: Rows = 4,
    truncation: Truncation = 0.7,
    seed: Seed = 0,
    overwrite: Overwrite = False,
) -> None:
    """Generate the same styles with different noise; the last column shows where noise matters, brightest the most."""
    check_image(output, overwrite)
    model = load_style_generator(preset)
    from kerasgen import analysis
    from kerasgen.latent.codes import sample_codes

    with waiting("generating images"):
        images, deviation = analysis.noise_variation(model, sample_codes(n, model.latent_dim, seed), 7, seed, truncation)
    table = analysis.noise_table(images, deviation)
    written = write_grid(output, table.reshape(-1, *model.image_shape), table.shape[1])
    say(f"noise moves a pixel by {deviation.mean():.4f} on average: {written}")


@app.command()
def direction(
    preset: Preset,
    label: Annotated[str, typer.Argument(help="A label of the preset's data, and its value: gender=F, era=modern.")],
    output: OutputImage = Path("direction.png"),
    n: Rows = 6,
    truncation: Truncation = 0.7,
    seed: Seed = 0,
    overwrite: Overwrite = False,
) -> None:
    """Move samples along the direction of a label in w, which is found from 4,000 samples."""
    check_image(output, overwrite)
    model = load_style_generator(preset)
    from kerasgen import analysis
    from kerasgen.analysis.directions import attribute_direction
    from kerasgen.latent.codes import sample_codes

    with waiting(f"looking for the direction of {label}"):
        found, deviation = attribute_direction(model, label, seed)
        amounts = [share * deviation for share in (-3.0, -1.5, 0.0, 1.5, 3.0)]
        images = analysis.move(model, model.styles(sample_codes(n, model.latent_dim, seed), truncation), found, amounts)
    say(f"from less to more {label}: {write_grid(output, images.reshape(-1, *model.image_shape), len(amounts))}")


@app.command()
def animate(
    preset: Preset,
    output: Annotated[Path, typer.Option("-o", "--output", help="The .webp, .gif or .png to write.")] = Path("animation.webp"),
    n: Annotated[int, typer.Option("-n", min=2, help="Number of codes on the path.")] = 6,
    steps: Annotated[int, typer.Option(min=1, help="Frames from one code to the next.")] = 24,
    seed: Seed = 0,
    overwrite: Overwrite = False,
) -> None:
    """Animate a path through latent space, over several codes and back to the first."""
    check_image(output, overwrite, animated=True)
    model = load_sampler(preset)
    if model.num_classes:
        raise ValueError(f"An animation needs a model without classes. Received: {preset} ({type(model).__name__}).")
    from kerasgen import analysis
    from kerasgen.latent.codes import sample_codes

    with waiting("generating frames"):
        frames = analysis.loop_codes(sample_codes(n, model.latent_dim, seed), steps)
        written = analysis.save_animation(output, model.decode(frames), overwrite=overwrite)
    say(f"{len(frames)} frames: {written}")


@app.command()
def neighbors(
    preset: Preset,
    output: OutputImage = Path("neighbors.png"),
    n: Annotated[int, typer.Option("-n", min=1, help="Number of samples, the rows.")] = 8,
    k: Annotated[int, typer.Option("-k", min=1, help="Number of neighbors of each.")] = 5,
    extractor: Annotated[
        str | None, typer.Option(help="Whose features are compared; by default the card's, else the pixels.")
    ] = None,
    seed: Seed = 0,
    overwrite: Overwrite = False,
) -> None:
    """Show samples, each beside the training images nearest to it, which would reveal a copy."""
    import numpy as np

    check_image(output, overwrite)
    model = load_sampler(preset)
    from kerasgen.analysis.neighbors import sample_neighbors

    with waiting("comparing with the training images"):
        samples, nearest, lengths = sample_neighbors(model, n, k, extractor, seed)
    rows = np.concatenate([samples[:, None], nearest], axis=1)
    written = write_grid(output, rows.reshape(-1, *samples.shape[1:]), k + 1)
    say(f"distance to the nearest training image {lengths[:, 0].min():.3g} to {lengths[:, 0].max():.3g}: {written}")


def _style_based(model: LatentSampler | Runtime, source: str) -> BaseStyleGAN:
    if not is_exported(source):
        from kerasgen.models.style_base import BaseStyleGAN

        if isinstance(model, BaseStyleGAN):
            return model
    raise ValueError(f"--truncation is for presets of style-based generators. Received: {source}.")

"""The `kerasgen` command. Keras and TensorFlow are imported by the commands that need them, not before."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kerasgen.cli import export as export_commands
from kerasgen.cli import generators as generator_commands
from kerasgen.cli.options import Overwrite, Preset, Seed, console, is_exported, load_preset, open_source
from kerasgen.runtime.quiet import quiet_stderr

app = typer.Typer(
    help="Generative models in Keras 3: borrow, train, export, verify.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(generator_commands.app)
app.add_typer(export_commands.app)


def main() -> None:
    """Runs the command; a user's mistake is one line on the error stream and exit code 2."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        app()
    except (ArithmeticError, ValueError, OSError, ImportError, RuntimeError) as error:
        if os.environ.get("KERASGEN_TRACEBACK"):
            raise
        Console(stderr=True).print(f"[red]error:[/] {error}", highlight=False, soft_wrap=True)
        sys.exit(2)


@app.command("list")
def list_presets() -> None:
    """List the zoo's presets, one a line; descriptions are cut to what the terminal is wide (`show` has all)."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Column, Table

    from kerasgen.presets.card import find_card, list_presets, read_card

    rest = Column("description", no_wrap=True, ratio=1)
    table = Table("preset", "model", "image", "weights", rest, box=SIMPLE_HEAD, padding=(0, 1, 0, 0), expand=True)
    for name in list_presets():
        card = read_card(find_card(name))
        shape = "x".join(map(str, card["model"]["arguments"]["image_shape"]))
        size = f"{card['weights']['bytes'] / 1e6:.1f} MB" if "weights" in card else "recipe"
        table.add_row(name, card["model"]["class"], shape, size, card.get("description", ""))
    console.print(table)


@app.command()
def show(preset: Preset) -> None:
    """Show a preset's card: configuration, recipe, measured figures, rights."""
    from kerasgen.presets.card import find_card, read_card

    console.print_json(data=read_card(find_card(preset)))


@app.command()
def sample(
    source: Annotated[str, typer.Argument(help="A preset, a card, or an exported .onnx or .tflite file.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The PNG to write.")] = Path("make_grid.png"),
    n: Annotated[int, typer.Option("-n", help="Number of pictures.")] = 64,
    seed: Seed = 0,
    labels: Annotated[
        list[int] | None,
        typer.Option(
            "--label", help="Class to draw, for conditional models; may be given several times, and is each in turn otherwise."
        ),
    ] = None,
    truncation: Annotated[float, typer.Option(help="Of style-based generators: less than 1 is less varied.")] = 1.0,
    overwrite: Overwrite = False,
) -> None:
    """Draw pictures and write them as one make_grid; exported files run without Keras."""
    from kerasgen.images import check_output, make_grid, save_png
    from kerasgen.latent.codes import labels_in_turn

    check_output(output, overwrite)
    model = open_source(source)
    if truncation != 1.0 and (is_exported(source) or not hasattr(model, "synthesize")):
        raise ValueError(f"--truncation is for presets of style-based generators. Received: {source}.")
    options = {} if truncation == 1.0 else {"truncation": truncation}
    images = model.sample(n, seed=seed, labels=labels_in_turn(n, model.num_classes, labels), **options)
    console.print(f"{n} pictures of seed {seed}: {save_png(output, make_grid(images))}")


@app.command()
def train(
    card: Preset,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Folder of the run; runs/NAME otherwise.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Instead of the card's number.")] = None,
    grid_interval: Annotated[
        int, typer.Option(min=1, help="Epochs from one make_grid of pictures, and of curves, to the next.")
    ] = 1,
    tensorboard: Annotated[bool, typer.Option("--tensorboard", help="Write events for TensorBoard too.")] = False,
) -> None:
    """Train from a card: checkpoints, sheets, and a preset with measured figures at the end.

    Killed and run again, it goes on from its last epoch.
    """
    from kerasgen.presets.card import find_card, read_card

    content = read_card(find_card(card))
    if epochs is not None:
        content["training"]["epochs"] = epochs
    with quiet_stderr():
        from kerasgen import training
    output = output or Path("runs") / content["name"]
    console.print(f"run in {output}")
    console.print(f"preset: {training.train_preset(content, output, grid_interval=grid_interval, tensorboard=tensorboard)}")


@app.command()
def evaluate(
    preset: Preset,
    write: Annotated[bool, typer.Option("--write", help="Write the figures into the card.")] = False,
) -> None:
    """Measure a preset on its held-out data."""
    from kerasgen.presets.card import find_card, write_card

    model = load_preset(preset)
    from kerasgen import evaluation

    figures = evaluation.evaluate(model, model.card)
    console.print_json(data=figures)
    if write:
        write_card(find_card(preset), {**model.card, "metrics": figures})


@app.command()
def translate(
    source: Annotated[str, typer.Argument(help="A preset, a card, or an exported .onnx or .tflite file of a translator.")],
    inputs: Annotated[list[Path], typer.Argument(help="Picture files, and folders of them, of any size.", exists=True)],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the pictures and make_grid.png.")] = Path(
        "translated"
    ),
    direction: Annotated[str | None, typer.Option(help="a_to_b or b_to_a; the first that there is otherwise.")] = None,
    tiled: Annotated[bool, typer.Option("--tiled", help="In overlapping tiles at full size, not shrunk.")] = False,
    draw: Annotated[
        bool, typer.Option("--draw", help="The inputs are photographs: make the preset's drawings of them first.")
    ] = False,
    skip_unreadable: Annotated[bool, typer.Option("--skip-unreadable", help="Name unreadable files and go on.")] = False,
    overwrite: Overwrite = False,
) -> None:
    """Turn pictures into pictures of the other kind, and write a make_grid of before and after."""
    from kerasgen.analysis.translated_files import check_transform, read_images, translate_files

    pictures, skipped = read_images(inputs, skip_unreadable)
    for file, reason in skipped:
        console.print(f"skipped {file}: {reason}", highlight=False, soft_wrap=True)
    model = open_source(source)
    drawing = check_transform({} if is_exported(source) else model.card) if draw else None
    written = translate_files(model, pictures, output, direction, tiled, drawing, overwrite)
    console.print(f"{len(pictures)} pictures: {written}")


@app.command()
def outliers(
    preset: Preset,
    folder: Annotated[Path, typer.Argument(help="A folder of image files.", exists=True, file_okay=False)],
    output: Annotated[Path, typer.Option("-o", "--output", help="The CSV to write.")] = Path("outliers.csv"),
    score: Annotated[str, typer.Option(help="How strangeness is scored.")] = "density_of_states",
    contamination: Annotated[float, typer.Option(help="Share of the training images beyond the threshold.")] = 0.05,
    overwrite: Overwrite = False,
) -> None:
    """Score the images of a folder by how unlike a preset's training data they are."""
    from kerasgen.images import check_output

    check_output(output, overwrite)
    model = load_preset(preset)
    from kerasgen.analysis.outlier_report import outlier_report, write_csv

    rows = outlier_report(model, folder, score, contamination)
    console.print(
        f"{sum(row['outlier'] for row in rows)} outliers among {len(rows)} images, the strangest "
        f"{rows[0]['file']}: {write_csv(output, rows)}"
    )


@app.command()
def demo(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the demo's files.")] = Path("kerasgen-demo"),
    seconds: Annotated[float, typer.Option(help="How long the small VAE trains.")] = 60.0,
) -> None:
    """The main job: draw faces, export, verify, sample without TensorFlow, then train a small VAE."""
    with quiet_stderr():
        from kerasgen.cli import demo
    demo.run(output, seconds, console)

"""The commands that train and measure: train, evaluate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kerasgen.cli.options import Preset, console, load_preset, say
from kerasgen.runtime.quiet import quiet_stderr

app = typer.Typer()


@app.command()
def train(
    card: Preset,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Folder of the run; runs/NAME by default.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Instead of the card's number.")] = None,
    grid_interval: Annotated[
        int, typer.Option(min=1, help="Epochs from one image grid, and plot of the curves, to the next.")
    ] = 1,
    tensorboard: Annotated[bool, typer.Option("--tensorboard", help="Write events for TensorBoard too.")] = False,
) -> None:
    """Train from a card: checkpoints, image grids, and a preset with its metrics at the end.

    A run that was killed goes on from its last epoch when it is started again.
    """
    import msgspec

    from kerasgen.presets.catalog import find_card, read_card
    from kerasgen.presets.data import training_of

    content = read_card(find_card(card))
    if epochs is not None:
        recipe = msgspec.structs.replace(training_of(content), epochs=epochs)
        content = msgspec.structs.replace(content, training=recipe)
    with quiet_stderr():
        from kerasgen import training
    output = output or Path("runs") / content.name
    say(f"run in {output}")
    say(f"preset: {training.train_preset(content, output, grid_interval=grid_interval, tensorboard=tensorboard)}")


@app.command()
def evaluate(
    preset: Preset,
    write: Annotated[bool, typer.Option("--write", help="Write the metrics into the card.")] = False,
) -> None:
    """Measure a preset on its held-out data."""
    import msgspec

    from kerasgen.presets.catalog import find_card, read_card, write_card

    path = find_card(preset)
    card = read_card(path)
    model = load_preset(preset)
    from kerasgen import evaluation

    metrics = evaluation.evaluate(model, card)
    console.print_json(data=metrics)
    if write:
        write_card(path, msgspec.structs.replace(card, metrics=metrics))

"""What the commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from kerasgen.runtime.quiet import quiet_stderr

console = Console()

Preset = Annotated[str, typer.Argument(help="A preset's name or the path of a card.")]
Seed = Annotated[int, typer.Option(help="Seed of the codes.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace existing files.")]


def load_preset(name: str, output: Path | None = None, overwrite: bool = False):
    """Loads a preset, Keras with it; a wrong name, and an output that cannot be written, are told before that."""
    from kerasgen.images import check_output
    from kerasgen.presets.card import find_card

    if output is not None:
        check_output(output, overwrite)
    find_card(name)
    with quiet_stderr():
        import keras  # noqa: F401
    from kerasgen import presets

    return presets.load(name)


def open_source(source: str):
    """Opens an exported file without Keras, or loads a preset."""
    if not is_exported(source):
        return load_preset(source)
    from kerasgen import runtime

    return runtime.load(source)


def is_exported(source: str) -> bool:
    """Whether a name is that of an exported file."""
    return source.endswith((".onnx", ".tflite"))


def load_style_generator(name: str, output: Path | None = None, overwrite: bool = False):
    """Loads a preset of a style-based generator; raises ValueError for another."""
    model = load_preset(name, output, overwrite)
    if not hasattr(model, "synthesize"):
        raise ValueError(f"This needs a style-based generator. Received: {name}, a {type(model).__name__}.")
    return model


def write_rows(output: Path, images, columns: int) -> Path:
    """Writes pictures (n, height, width, channels) as a make_grid of so many columns."""
    from kerasgen.images import make_grid, save_png

    return save_png(output, make_grid(images, columns))

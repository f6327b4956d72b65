"""What the commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kerasgen.cli.terminal import console
from kerasgen.runtime.quiet import quiet_stderr

if TYPE_CHECKING:
    import numpy as np

    from kerasgen.base.model import GenerativeModel
    from kerasgen.models.latent_base import LatentSampler
    from kerasgen.models.style_base import BaseStyleGAN
    from kerasgen.runtime import Runtime

Preset = Annotated[str, typer.Argument(help="A preset's name, or the path of a card.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the codes.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace existing files.")]
OutputPNG = Annotated[Path, typer.Option("-o", "--output", help="The PNG to write.")]
Rows = Annotated[int, typer.Option("-n", min=1, help="Number of images, the rows.")]
Truncation = Annotated[
    float, typer.Option(min=-1.0, max=2.0, help="Moves w towards its average: below 1, images vary less and look better.")
]


def say(message: str, style: str | None = None) -> None:
    """Prints a line as it is, unwrapped."""
    console.print(message, style=style, soft_wrap=True)


def check_output(output: Path, overwrite: bool) -> None:
    """Raises ValueError, before any work, if `output` cannot be written, or exists and is not to be replaced."""
    from kerasgen import images

    if output.is_file() and not overwrite:
        raise ValueError(f"The output exists; --overwrite replaces it. Received: {output}.")
    images.check_output(output, overwrite=True)


def read_size(text: str | None) -> int | tuple[int, int] | None:
    """Reads a size in pixels, "64" or "48x64" (height and width); raises ValueError for another."""
    if text is None:
        return None
    sides = text.lower().split("x")
    if len(sides) > 2 or not all(side.isdecimal() and int(side) >= 4 for side in sides):
        raise ValueError(f"--image-size must be a side of 4 pixels or more, or HEIGHTxWIDTH, as 48x64. Received: {text}.")
    height, width = int(sides[0]), int(sides[-1])
    return height if height == width else (height, width)


def is_exported(source: str) -> bool:
    """Whether a name is that of an exported file."""
    return source.endswith((".onnx", ".tflite"))


def load_preset(name: str) -> GenerativeModel:
    """Loads a preset, and Keras with it; a wrong name raises before that."""
    from kerasgen.presets.catalog import find_card

    find_card(name)
    with quiet_stderr():
        import keras  # noqa: F401
    from kerasgen import presets

    return presets.load(name)


def open_source(source: str) -> GenerativeModel | Runtime:
    """Opens an exported file without Keras, or loads a preset."""
    from kerasgen import runtime

    return runtime.load(source) if is_exported(source) else load_preset(source)


def load_sampler(name: str) -> LatentSampler:
    """Loads a preset that samples; raises ValueError for another."""
    model = load_preset(name)
    from kerasgen.models.latent_base import LatentSampler

    if not isinstance(model, LatentSampler):
        raise wrong_model("a model that samples", name, model)
    return model


def load_style_generator(name: str) -> BaseStyleGAN:
    """Loads a preset of a style-based generator; raises ValueError for another."""
    model = load_preset(name)
    from kerasgen.models.style_base import BaseStyleGAN

    if not isinstance(model, BaseStyleGAN):
        raise wrong_model("a style-based generator", name, model)
    return model


def wrong_model(needed: str, name: str, model: object) -> ValueError:
    """Makes the error for a preset of the wrong kind; the caller raises it."""
    return ValueError(f"This needs {needed}. Received: {name} ({type(model).__name__}).")


def write_grid(output: Path, images: np.ndarray, columns: int | None = None) -> Path:
    """Writes images (n, height, width, channels) as a grid of so many columns, near a square if None."""
    from kerasgen.images import make_grid, save_png

    return save_png(output, make_grid(images, columns))

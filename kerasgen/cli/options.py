"""What the commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from kerasgen.cli.terminal import console, waiting
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
OutputImage = Annotated[Path, typer.Option("-o", "--output", help="The .png, .jpg or .webp to write.")]
Rows = Annotated[int, typer.Option("-n", min=1, help="Number of images, the rows.")]
Truncation = Annotated[
    float, typer.Option(min=-1.0, max=2.0, help="Moves w towards its average: below 1, images vary less and look better.")
]


T = TypeVar("T")


def say(message: str, style: str | None = None) -> None:
    """Prints a line as it is, unwrapped."""
    console.print(message, style=style, soft_wrap=True)


def say_json(data: object) -> None:
    """Prints JSON of ASCII characters alone, which every terminal shows and none obeys."""
    console.print_json(data=data, ensure_ascii=True)


def check_image(output: Path, overwrite: bool, animated: bool = False) -> None:
    """As `check_output`, of an image: its suffix must be that of a format."""
    from kerasgen.images.saving import ANIMATIONS, STILLS, check_suffix

    check_suffix(output, ANIMATIONS if animated else STILLS)
    check_output(output, overwrite)


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


def read_numbers(option: str, text: str, kind: Callable[[str], T]) -> list[T]:
    """Reads numbers separated by commas; raises ValueError, which names the option, for others."""
    try:
        return [kind(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(f"{option} must be numbers separated by commas. Received: {text!r}.") from None


def is_exported(source: str) -> bool:
    """Whether a name is that of an exported file."""
    return source.endswith((".onnx", ".tflite"))


def load_preset(name: str) -> GenerativeModel:
    """Loads a preset, and Keras with it; a wrong name raises before that."""
    from kerasgen.presets.catalog import find_card

    find_card(name)
    with waiting(f"loading {name}"):
        with quiet_stderr():
            import keras  # noqa: F401
        from kerasgen import presets

        return presets.load(name)


def open_source(source: str) -> GenerativeModel | Runtime:
    """Opens an exported file without Keras, or loads a preset."""
    return open_file(source) if is_exported(source) else load_preset(source)


def open_file(source: str) -> Runtime:
    """Opens an exported file without Keras."""
    from kerasgen import runtime

    with quiet_stderr():  # LiteRT tells what it made
        return runtime.load(source)


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
    from kerasgen.images import make_grid, save_image

    return save_image(output, make_grid(images, columns))

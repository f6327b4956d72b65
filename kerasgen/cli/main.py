"""The `kerasgen` command. Keras and TensorFlow are imported by the commands that need them, not before."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import traceback
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.text import Text

from kerasgen.cli import export, files, generate, train
from kerasgen.cli.options import Preset, console
from kerasgen.cli.terminal import PlainConsole, plain
from kerasgen.runtime.quiet import quiet_stderr

app = typer.Typer(
    help="Generative models in Keras 3: load presets, train, export, verify.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for commands in (train, generate, files, export):
    app.add_typer(commands.app)

# The base of click's errors, for wrong options and arguments: Typer, which may bring its own click, exports no name for it.
ClickException = cast("type[typer.BadParameter]", typer.BadParameter.__mro__[2])
# Arguments that the library's messages name, as options.
OPTIONS = {
    "overwrite=True": "--overwrite",
    "skip_corrupt=True": "--skip-corrupt",
    "direction must": "--direction must",
    "k must": "-k must",
    "`devices`": "--devices",
    "`coordinator`": "--coordinator",
    "`processes`": "--processes",
    "`rank`": "--rank",
}
ARGUMENTS = re.compile("|".join(rf"\b{argument}\b" if argument[0] != "`" else argument for argument in OPTIONS))
MISTAKES = (ArithmeticError, ValueError, OSError, ImportError, RuntimeError, MemoryError)  # of users and machines, in truth


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error was raised. It may stand anywhere.")] = False,
) -> None:
    """Takes the options of all commands."""


def main() -> None:
    """Runs the command; a mistake is one line on the error stream and exit code 2, with `--debug` the traceback before it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    debug = "--debug" in sys.argv
    sys.argv = [argument for argument in sys.argv if argument != "--debug"]
    try:
        status = app(standalone_mode=False)
        sys.stdout and sys.stdout.flush()
    except ClickException as error:
        _print_error(error.format_message())
        sys.exit(2)
    except BrokenPipeError:  # who read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except (KeyboardInterrupt, typer.Abort):
        _print_error("interrupted")
        sys.exit(130)
    except Exception as error:
        if debug:
            traceback.print_exc()
        message = str(error) or type(error).__name__
        known = isinstance(error, MISTAKES)
        _print_error(message if known else f"{message} ({type(error).__name__}, which kerasgen should have named better)")
        if not debug and not known:
            _print_error("--debug shows where it was raised.")
        sys.exit(2)
    sys.exit(status if isinstance(status, int) else 0)


def _print_error(message: str) -> None:
    message = ARGUMENTS.sub(lambda found: OPTIONS[found[0]], plain(" ".join(message.split())))
    if message:  # none after the help that no command at all gives
        with contextlib.suppress(OSError):  # of an error stream that nobody reads
            PlainConsole(stderr=True).print(Text.assemble(("error:", "red"), " ", message), soft_wrap=True)


@app.command("list")
def list_presets() -> None:
    """List the zoo's presets, one a line; descriptions are cut to the terminal's width (`show` has all)."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Column, Table

    from kerasgen.presets.catalog import find_card, list_presets, read_card
    from kerasgen.records import convert

    rest = Column("description", no_wrap=True, ratio=1)
    table = Table("preset", "model", "image", "weights", rest, box=SIMPLE_HEAD, padding=(0, 1, 0, 0), expand=True)
    for name in list_presets():
        card = read_card(find_card(name))
        size = f"{card.weights.bytes / 1e6:.1f} MB" if card.weights else "recipe"
        shape = convert(card.model.arguments.get("image_shape"), tuple[int, int, int], f"{name}: model.arguments.image_shape")
        table.add_row(name, card.model.class_, "x".join(map(str, shape)), size, card.description)
    console.print(table)


@app.command()
def show(preset: Preset) -> None:
    """Show a preset's card: configuration, recipe, metrics, license."""
    from kerasgen.presets.catalog import find_card, read_card
    from kerasgen.records import to_dict

    console.print_json(data=to_dict(read_card(find_card(preset))))


@app.command()
def demo(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the demo's files.")] = Path("kerasgen-demo"),
    seconds: Annotated[float, typer.Option(min=1.0, help="How long the small VAE trains.")] = 60.0,
) -> None:
    """Show what it does: generate faces, export, verify, run without TensorFlow, then train a small VAE."""
    if output.exists() and not output.is_dir():
        raise ValueError(f"The output must be a folder. Received: {output}.")
    with quiet_stderr():
        from kerasgen.cli import demo
    demo.run(output, seconds, console)

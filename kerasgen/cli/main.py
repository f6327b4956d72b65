"""The `kerasgen` command. Keras and TensorFlow are imported by the commands that need them, not before."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import traceback
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.text import Text

from kerasgen import __version__
from kerasgen.cli import export, files, generate, train
from kerasgen.cli.options import Preset, console, say, say_json
from kerasgen.cli.terminal import PlainConsole, plain
from kerasgen.cli.words import arguments_of, with_options
from kerasgen.runtime.quiet import quiet_stderr

app = typer.Typer(
    help="Generative models in Keras 3: load presets, train, export, verify.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for commands in (train, generate, files, export):
    app.add_typer(commands.app)

# The base of click's errors, for wrong options and arguments: Typer, which may bring its own click, exports no name for it.
ClickException = cast("type[typer.BadParameter]", typer.BadParameter.__mro__[2])
MISTAKES = (ArithmeticError, ValueError, OSError, ImportError, RuntimeError, MemoryError)  # of users and machines, in truth


def _print_version(asked: bool) -> None:
    if asked:
        say(f"kerasgen {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("-V", "--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error was raised. It may stand anywhere.")] = False,
) -> None:
    """Takes the options of all commands."""


def main() -> None:
    """Runs the command; a mistake is one line on the error stream and exit code 2, with `--debug` the traceback before it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it warns of many models in one process
    debug = "--debug" in sys.argv
    arguments = list(arguments_of(argument for argument in sys.argv[1:] if argument != "--debug"))
    group = typer.main.get_group(app)
    try:  # not by the group's own `main`, which is silent where it is interrupted
        with group.make_context("kerasgen", arguments.copy()) as context:
            group.invoke(context)
        sys.stdout.flush()
    except typer.Exit as done:
        sys.exit(done.exit_code)
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
        message = with_options(str(error) or type(error).__name__, group, arguments)
        known = isinstance(error, MISTAKES)
        _print_error(message if known else f"{message} ({type(error).__name__}, which kerasgen should have named better)")
        if not debug and not known:
            _print_error("--debug shows where it was raised.")
        sys.exit(2)
    sys.exit(0)


def _print_error(message: str) -> None:
    message = plain(" ".join(message.split()))
    if message:  # none after the help that no command at all gives
        with contextlib.suppress(OSError):  # of an error stream that nobody reads
            PlainConsole(stderr=True).print(Text.assemble(("error:", "red"), " ", message), soft_wrap=True)


@app.command("list")
def list_presets(as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False) -> None:
    """List the zoo's presets, one a line; descriptions are cut to the terminal's width (`show` has all)."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Column, Table

    from kerasgen.presets.catalog import find_card, list_presets, read_card
    from kerasgen.records import convert

    rest = Column("description", no_wrap=True, ratio=1)
    table = Table("preset", "model", "image", "weights", rest, box=SIMPLE_HEAD, padding=(0, 1, 0, 0), expand=True)
    listed = []
    for name in list_presets():
        card = read_card(find_card(name))
        model, size = card.model.class_, card.weights.bytes if card.weights else None
        shape = convert(card.model.arguments.get("image_shape"), tuple[int, int, int], f"{name}: model.arguments.image_shape")
        table.add_row(name, model, "x".join(map(str, shape)), f"{size / 1e6:.1f} MB" if size else "recipe", card.description)
        listed.append(
            {"name": name, "model": model, "image_shape": shape, "weights_bytes": size, "description": card.description}
        )
    if as_json:
        say_json(listed)
    else:
        console.print(table)


@app.command()
def show(preset: Preset) -> None:
    """Show a preset's card: configuration, recipe, metrics, license."""
    from kerasgen.presets.catalog import find_card, read_card
    from kerasgen.records import to_dict

    say_json(to_dict(read_card(find_card(preset))))


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

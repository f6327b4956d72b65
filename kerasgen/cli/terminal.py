"""What the command prints to: any terminal, or none."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from collections.abc import Iterator
from types import FrameType
from typing import IO, TYPE_CHECKING, Any

from rich.console import Console

if TYPE_CHECKING:
    from rich.text import Text

NARROWEST = 20  # columns
# What a terminal would obey: file names and cards of strangers may hold it. Line breaks and tabs stay.
_CONTROL = {code: "\N{REPLACEMENT CHARACTER}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}


def plain(text: str) -> str:
    """Gives a text without the characters that a terminal would obey."""
    return text.translate(_CONTROL)


class PlainConsole(Console):
    """A console for which no text is markup, or holds what a terminal would obey."""

    def __init__(self, stderr: bool = False, file: IO[str] | None = None) -> None:
        super().__init__(stderr=stderr, file=file, markup=False, highlight=False)

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401 (Rich's own options)
        """Makes what is printed of a text."""
        return super().render_str(plain(text), **options)

    def on_broken_pipe(self) -> None:
        """Leaves the error to the command; Rich would end the process with an exit code of its own."""
        raise


@contextlib.contextmanager
def waiting(what: str) -> Iterator[None]:
    """Shows on a terminal, by a line that goes again, what the command is busy with; elsewhere nothing. Ctrl-C ends it."""
    with _interruptible(), _shown(what) if sys.stderr.isatty() else contextlib.nullcontext():
        yield


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Raises KeyboardInterrupt where a SIGINT came, whatever became of it: native code that is imported may lose or turn it."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:  # it is ignored, as in the background
        yield
        return
    came = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        came.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    except Exception:
        if not came:
            raise
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if came:
        raise KeyboardInterrupt


@contextlib.contextmanager
def _shown(what: str) -> Iterator[None]:
    from rich.live import Live
    from rich.spinner import Spinner
    from rich.text import Text

    # A handle of its own: `quiet_stderr` does not silence it.
    with open(os.dup(sys.stderr.fileno()), "w", encoding=sys.stderr.encoding, errors="replace") as stream:
        line = Spinner("line", Text(f"{plain(what)} ..."))
        # The streams stay as they are: packages that are imported meanwhile may keep them.
        with Live(line, console=PlainConsole(file=stream), transient=True, redirect_stdout=False, redirect_stderr=False):
            yield


def prepare() -> None:
    """Makes printing safe.

    A stream that was closed by who started the process leads nowhere: the next file to be opened would be in its place, and
    take what native code writes there. Characters that an encoding lacks become "?". A width that none can be is not believed.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 (as long as the process)
        elif mode == "w" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    columns = os.environ.get("COLUMNS", "")
    if columns and not (columns.isdecimal() and int(columns) >= NARROWEST):
        del os.environ["COLUMNS"]


prepare()  # before the first console looks
console = PlainConsole()

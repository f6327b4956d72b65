"""What the command prints to: any terminal, or none."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Any

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

    def __init__(self, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, markup=False, highlight=False)

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401 (Rich's own options)
        """Makes what is printed of a text."""
        return super().render_str(plain(text), **options)


def prepare() -> None:
    """Makes printing safe: characters that an encoding lacks become "?", and a width that none can be is not believed."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    columns = os.environ.get("COLUMNS", "")
    if columns and not (columns.isdecimal() and int(columns) >= NARROWEST):
        del os.environ["COLUMNS"]


prepare()  # before the first console looks
console = PlainConsole()

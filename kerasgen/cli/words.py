"""The words of the command line: those that a user gives, and those of the library's messages."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typer.core import TyperGroup

_VALUE = re.compile(r"(-\w|--[\w-]+)=(.*)", re.DOTALL)


def arguments_of(words: Iterable[str]) -> Iterator[str]:
    """Yields the arguments of a command with the home folder for "~", which shells leave in `--data=~/x`; -o=x is -o x."""
    for word in words:
        option, value = found.groups() if (found := _VALUE.fullmatch(word)) else ("", word)
        value = os.path.expanduser(value)
        if option.startswith("--"):
            yield f"{option}={value}"
        else:
            yield from (option, value) if option else (value,)


def with_options(message: str, group: TyperGroup, arguments: Sequence[str]) -> str:
    """Gives a message of the library, which speaks of arguments, in the options of the command that was called.

    An argument that the library's functions and a command share has one name: `image_size` is `--image-size`. It stands in
    messages as `` `image_size` ``, as "image_size=...", or as their first word.
    """
    command = group.commands.get(arguments[0]) if arguments else None
    for parameter in command.params if command else ():
        if parameter.param_type_name == "option" and parameter.name:
            name, option = re.escape(parameter.name), max(parameter.opts, key=len)
            message = re.sub(rf"`{name}(=True)?`|^{name}(\[\d+\])?(?=[ :])|(?<![^\s(]){name}=True\b", option, message)
            message = re.sub(rf"(?<![^\s(]){name}=(?!None)'?([\w.-]+)'?", rf"{option} \1", message)
    return message

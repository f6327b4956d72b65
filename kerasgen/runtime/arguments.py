"""The arguments of the runtime's commands."""

from __future__ import annotations

import argparse
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """A parser that raises ValueError for a mistake, which its command tells in one line, as all others."""

    def error(self, message: str) -> NoReturn:
        """Called by argparse."""
        raise ValueError(f"{message}; --help tells more.")

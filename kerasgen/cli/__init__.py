"""The `kerasgen` command."""

from kerasgen.cli.main import main

__all__ = ["main"]

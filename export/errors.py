"""What goes wrong with an export itself; wrong arguments are ValueErrors."""

from __future__ import annotations


class ExportError(RuntimeError):
    """The model cannot be exported here, or the file is not good enough to be handed out.

    Attributes:
        offered: the precision that would pass in place of the one that did not, None where there is none.
    """

    def __init__(self, message: str, offered: str | None = None):
        super().__init__(message)
        self.offered = offered

"""The error of a failed export; wrong arguments are ValueErrors."""

from __future__ import annotations

from kerasgen.runtime.manifest import PrecisionName


class ExportError(RuntimeError):
    """The model cannot be exported here, or the file is too far from Keras.

    Attributes:
        offered: the precision that would pass in place of the one that did not, None where there is none.
    """

    def __init__(self, message: str, offered: PrecisionName | None = None) -> None:
        super().__init__(message)
        self.offered = offered

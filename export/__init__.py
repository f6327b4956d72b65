"""Export to verified ONNX and LiteRT files: a client of kerasgen."""

from kerasgen.runtime.manifest import ParityReport

from .errors import ExportError
from .exporting import export
from .verification import verify

__all__ = ["ExportError", "ParityReport", "export", "verify"]

"""Export to verified ONNX and LiteRT files: a client of kerasgen."""

from .errors import ExportError
from .exporting import export
from .verification import Report, verify

__all__ = ["ExportError", "Report", "export", "verify"]

"""What goes wrong with an export itself; wrong arguments are ValueErrors."""


class ExportError(RuntimeError):
    """The model cannot be exported here, or the file is not good enough to be handed out."""

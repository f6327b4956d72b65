"""Silence for native code."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """Discards what native code writes to the standard error; Python's own `sys.stderr` cannot hold it back.

    For programs that own their process, as the command line: what other threads write is lost meanwhile, and two that do this
    at once would leave the standard error closed. The library itself never does.
    """
    try:
        kept = os.dup(2)
    except OSError:  # it is closed
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)

"""Restores a run from its checkpoint, and writes none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import keras


class Restore(keras.callbacks.BackupAndRestore):
    """Loads the checkpoint that `BackupAndRestore` wrote, where there is one, when training begins.

    Args:
        checkpoints: the folder.
        begun: called with the number of the first epoch, before it.
    """

    def __init__(self, checkpoints: str | Path, begun: Callable[[int], None]) -> None:
        super().__init__(checkpoints, double_checkpoint=True, delete_checkpoint=False)
        self._begun: Callable[[int], None] | None = begun

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        begun, self._begun = self._begun, None
        if begun is not None:
            begun(epoch)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Writes nothing."""

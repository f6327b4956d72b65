"""Ends training that went to NaN or infinity, before anything of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np


class StopWhenDiverged(keras.callbacks.Callback):
    """Raises FloatingPointError at the first batch with a term that is not finite.

    The error names the epoch, the batch, the terms, and the last good checkpoint: that of the epoch before, in
    `checkpoints`, where `BackupAndRestore` keeps it.
    """

    def __init__(self, checkpoints: str | Path | None = None) -> None:
        super().__init__()
        self._checkpoints = checkpoints
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        logs = logs or {}
        if np.isfinite(float(logs.get("loss", 0.0))):  # the sum of the terms
            return
        diverged = [name for name, value in logs.items() if not np.isfinite(float(value))]
        kept = "none was kept"
        if self._checkpoints is not None and self._epoch > 0:
            kept = f"that of epoch {self._epoch} in {self._checkpoints}"
        terms = [name for name in diverged if name != "loss"] or diverged
        raise FloatingPointError(
            f"Training needs finite losses; a smaller learning rate or a stronger penalty helps. Received: {', '.join(terms)} "
            f"not finite in epoch {self._epoch + 1}, batch {batch + 1}; the last good checkpoint: {kept}."
        )

"""Ends training that went to NaN or infinity, before anything of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np


class StopWhenDiverged(keras.callbacks.Callback):
    """Raises FloatingPointError at the first batch with a term that is not finite.

    At the end of an epoch the loss on held-out data must be finite as well, and all variables of the model and its optimizers:
    the last update is in no loss of its epoch. Place it before what keeps something of an epoch.

    The error names the epoch, the batch, what is not finite, and the last good checkpoint: that of the epoch before, in
    `checkpoints`, where `Checkpoints` keeps it.
    """

    def __init__(self, checkpoints: str | Path | None = None) -> None:
        super().__init__()
        self._checkpoints = checkpoints
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        logs = logs or {}
        if not np.isfinite(float(logs.get("loss", 0.0))):  # the sum of the terms
            diverged = [name for name in _not_finite(logs) if name != "loss"] or ["loss"]
            self._stop(diverged, f"epoch {self._epoch + 1}, batch {batch + 1}")

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        logs = logs or {}
        if not np.isfinite(float(logs.get("val_loss", 0.0))):
            self._stop(_not_finite(logs), f"epoch {epoch + 1}")
        if (path := first_not_finite(self.model)) is not None:
            self._stop([path], f"epoch {epoch + 1}, after its last batch")

    def _stop(self, diverged: list[str], where: str) -> None:
        kept = "none was kept"
        if self._checkpoints is not None and self._epoch > 0:
            kept = f"that of epoch {self._epoch} in {self._checkpoints}"
        raise FloatingPointError(
            "Training needs finite losses; a smaller learning rate or a stronger penalty helps. Received: "
            f"{', '.join(diverged)} not finite in {where}; the last good checkpoint: {kept}."
        )


def first_not_finite(model: keras.Model) -> str | None:
    """Gives the path of a variable of a compiled model, or of its optimizer, that holds NaN or infinity; None if none does."""
    for variable in (*model.variables, *model.optimizer.variables):
        if not np.isfinite(keras.ops.convert_to_numpy(variable.value)).all():
            return variable.path
    return None


def _not_finite(logs: Mapping[str, float]) -> list[str]:
    return [name for name, value in logs.items() if not np.isfinite(float(value))]

"""The log of a run as a picture."""

from __future__ import annotations

import csv
from pathlib import Path

import keras
import numpy as np


class LossCurves(keras.callbacks.Callback):
    """Draws the columns of a `CSVLogger`'s file as curves over the epochs, one panel a quantity, `every` epochs and at the end.

    What was measured on held-out data (`val_...`) goes into the panel of its namesake. Place it after the logger.
    """

    def __init__(self, log: str | Path, picture: str | Path, every: int = 1):
        super().__init__()
        self._log, self._picture, self._every = Path(log), Path(picture), every

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self._every == 0:
            self._draw()

    def on_train_end(self, logs=None):
        if self._every > 1:
            self._draw()

    def _draw(self):
        log = read_log(self._log)
        if log:  # a run that ended before has no epoch to log
            beside = self._picture.with_name(f".{self._picture.name}")
            curves(log).savefig(beside, format="png")
            beside.replace(self._picture)


def read_log(path: Path) -> dict[str, np.ndarray]:
    """Gives the columns of a `CSVLogger`'s file, NaN where an epoch has no value."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        name: np.array([float(row[name]) if row[name] not in ("", "NA", None) else np.nan for row in rows])
        for name in (rows[0] if rows else ())
    }


def curves(log: dict[str, np.ndarray]):
    """A matplotlib Figure with a panel a quantity; `log` holds "epoch" and columns of the same length."""
    from matplotlib.figure import Figure

    names = [name for name in log if name != "epoch" and not name.startswith("val_")]
    columns = min(3, max(1, len(names)))
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(4 * columns, 2.6 * rows), dpi=90, layout="constrained")
    for axis, name in zip(figure.subplots(rows, columns, squeeze=False).flat, names, strict=False):
        for column, label in ((name, "training"), (f"val_{name}", "held out")):
            known = np.isfinite(log.get(column, np.array([])))
            if known.any():
                axis.plot(log["epoch"][known] + 1, log[column][known], label=label, marker="." if known.sum() < 20 else None)
        axis.set_title(name, fontsize=9)
        axis.tick_params(labelsize=7)
        if len(axis.lines) > 1:
            axis.legend(fontsize=7)
    return figure

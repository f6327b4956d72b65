"""The log of a run as a plot."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np

from kerasgen.callbacks.epoch_log import read_rows
from kerasgen.files import atomic_write

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class LossCurves(keras.callbacks.Callback):
    """Plots the columns of an `EpochLog`'s file over the epochs, one panel a quantity, every `every` epochs and at the end.

    What was measured on held-out data (`val_...`) goes into the panel of its namesake. Place it after the logger.

    Args:
        log: the logger's file.
        plot: the PNG to write.
        every: epochs from one plot to the next.
    """

    def __init__(self, log: str | Path, plot: str | Path, every: int = 1) -> None:
        super().__init__()
        self._log, self._path, self._every = Path(log), Path(plot), every

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        if (epoch + 1) % self._every == 0:
            self._plot()

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:
        if self._every > 1:
            self._plot()

    def _plot(self) -> None:
        log = read_log(self._log)
        if log:  # a run that ended before has no epoch to log
            with atomic_write(self._path) as beside:
                curves(log).savefig(beside, format="png")


def read_log(path: Path) -> dict[str, np.ndarray]:
    """Gives the columns of an `EpochLog`'s file, NaN where an epoch has no value; none where there is no file."""
    rows = read_rows(path)
    return {
        name: np.array([float(row[name]) if row[name] not in ("", "NA", None) else np.nan for row in rows])
        for name in (rows[0] if rows else ())
    }


def curves(log: Mapping[str, np.ndarray]) -> Figure:
    """Plots the columns of `log`, a panel a quantity, over its column "epoch"."""
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

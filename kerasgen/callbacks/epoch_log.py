"""The log of a run as a table, a row an epoch."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import keras

from kerasgen.files import atomic_write

EPOCH = "epoch"


class EpochLog(keras.callbacks.Callback):
    """Writes the logs of every epoch, counted from 0, as a row of a CSV file, which is whole at any time.

    A run that goes on keeps the rows of the epochs before; those of the epochs that it trains anew go.

    Args:
        path: of the file, in an existing folder.
    """

    def __init__(self, path: str | Path) -> None:
        super().__init__()
        self._path = Path(path)
        self._rows: list[dict[str, object]] | None = None

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        self._rows = None

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        if self._rows is None:
            self._rows = [dict(row) for row in read_rows(self._path) if int(row[EPOCH]) < epoch]

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        assert self._rows is not None
        self._rows.append({EPOCH: epoch, **dict(sorted((logs or {}).items()))})
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, dict.fromkeys(name for row in self._rows for name in row), restval="NA")
        writer.writeheader()
        writer.writerows(self._rows)
        with atomic_write(self._path) as beside:
            beside.write_text(text.getvalue(), "utf-8", newline="")


def read_rows(path: Path) -> list[dict[str, str]]:
    """Gives the rows of a log by the names of its columns; none where there is no file."""
    if not path.is_file():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if (row.get(EPOCH) or "").isdecimal()]

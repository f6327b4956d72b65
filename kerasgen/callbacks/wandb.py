"""Logs for Weights & Biases."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

import numpy as np

from kerasgen.callbacks.logger import Logger


class Wandb(Logger):
    """Logs a run of Weights & Biases, in the project `kerasgen` unless WANDB_PROJECT is set. Arguments: `Logger`'s.

    The package's other variables hold as well: with WANDB_MODE=offline the files stay in `<directory>/wandb`, and
    `wandb sync` uploads them later.
    """

    name = "wandb"
    module = "wandb"

    def start(self) -> None:
        if self.run_id:
            time.sleep(1.0)  # the package names a folder by the second: a part begun in that of the last would replace it
        self._run = self._package.init(
            project=os.environ.get("WANDB_PROJECT", "kerasgen"),
            name=self._directory.resolve().name,
            dir=self._directory,  # to which the package adds `wandb`
            id=self.run_id or os.environ.get("WANDB_RUN_ID"),
            resume="allow",
            config=self._config,
            allow_val_change=True,
        )
        self.run_id = self._run.id

    def write(
        self, epoch: int, scalars: dict[str, float], images: Mapping[str, np.ndarray], weights: dict[str, np.ndarray]
    ) -> None:
        shown = {name: self._package.Image(image) for name, image in images.items()}
        histograms = {f"weights/{path}": self._package.Histogram(values) for path, values in weights.items()}
        self._run.log({**scalars, **shown, **histograms}, step=epoch)

    def finish(self) -> None:
        self._run.finish()

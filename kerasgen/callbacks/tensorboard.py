"""Logs for TensorBoard."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping

import numpy as np

from kerasgen.callbacks.logger import Logger


class TensorBoard(Logger):
    """Writes event files by tensorboardX, from any backend; Keras's own callback needs TensorFlow. Arguments: `Logger`'s.

    `tensorboard --logdir DIRECTORY` shows them.
    """

    name = "tensorboard"
    module = "tensorboardX"

    def start(self) -> None:
        # Files of the same second would have the same name, and the second one replace the first.
        self._writer = self._package.SummaryWriter(str(self.folder), filename_suffix=f".{time.time_ns()}")
        self._writer.add_text("config", f"```json\n{json.dumps(self._config, indent=1)}\n```")

    def write(
        self, epoch: int, scalars: dict[str, float], images: Mapping[str, np.ndarray], weights: dict[str, np.ndarray]
    ) -> None:
        for name, value in scalars.items():
            self._writer.add_scalar(name, value, epoch)
        for name, image in images.items():
            self._writer.add_image(name, image, epoch, dataformats="HWC")
        for path, values in weights.items():
            self._writer.add_histogram(path, values, epoch)
        self._writer.flush()

    def finish(self) -> None:
        self._writer.close()

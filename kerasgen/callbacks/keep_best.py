"""Measures what a generator draws while it trains, and keeps the best weights."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from kerasgen import presets
from kerasgen.evaluation.generation import extract, extract_generated
from kerasgen.metrics import frechet_distance, kernel_distance


class KeepBest(keras.callbacks.Callback):
    """Every `every` epochs compares samples with real images, and saves the sampling weights when they are the best so far.

    The epoch's logs get "fid" and "kid" (NaN in the epochs between): place it before a logger. The weights go to
    `<directory>/best.weights.h5` with a card `best.json` that says how good they are; a run that goes on knows it.

    Args:
        directory: an existing folder.
        images: real images (n, height, width, channels) in [0, 1], at least as many as features have dimensions; take those
            of training, as what is chosen by held-out images is not measured by them.
        extractor: images to features.
        every: epochs.
        monitor: "fid" or "kid": what is to be small.
        seed: of the codes.
    """

    def __init__(
        self,
        directory: str | Path,
        images: np.ndarray,
        extractor: Callable,
        every: int = 1,
        monitor: str = "fid",
        seed: int = 0,
    ):
        super().__init__()
        if monitor not in ("fid", "kid"):
            raise ValueError(f"monitor must be 'fid' or 'kid'. Received: {monitor!r}.")
        self._card = Path(directory) / "best.json"
        self._real = extract(extractor, images)
        self._extractor, self._every, self._monitor, self._seed = extractor, every, monitor, seed

    def on_epoch_end(self, epoch, logs=None):
        logs = {} if logs is None else logs
        figures = {"fid": math.nan, "kid": math.nan}
        if (epoch + 1) % self._every == 0:
            drawn = extract_generated(self.model, self._extractor, len(self._real), self._seed)[0]
            figures = {"fid": frechet_distance(self._real, drawn), "kid": kernel_distance(self._real, drawn)[0]}
            if figures[self._monitor] < self.best():
                presets.save(
                    self.model,
                    self._card,
                    overwrite=True,
                    card={"metrics": {**figures, "monitor": self._monitor, "epoch": epoch + 1}},
                )
        logs.update(figures)

    def best(self) -> float:
        """The smallest value so far, infinity before the first."""
        if not self._card.is_file():
            return math.inf
        return json.loads(self._card.read_text("utf-8"))["metrics"][self._monitor]

"""Measures a generator's samples while it trains, and keeps the best weights."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

import keras
import numpy as np

from kerasgen import presets
from kerasgen.evaluation.extractors import FeatureExtractor
from kerasgen.evaluation.generation import extract, extract_generated
from kerasgen.metrics import frechet_distance, kernel_distance
from kerasgen.records import Positive, Record, convert, to_dict

Monitor = Literal["fid", "kid"]


class BestMetrics(Record, frozen=True):
    """How good the best weights are, and of which epoch: the metrics of the card `best.json`."""

    fid: float
    kid: float
    monitor: Monitor
    epoch: Positive


class KeepBest(keras.callbacks.Callback):
    """Every `every` epochs compares samples with real images, and saves the sampling weights when they are the best so far.

    The epoch's logs get "fid" and "kid" (NaN in the epochs between): place it before a logger. The weights go to
    `<directory>/best.weights.h5` with a card `best.json` that says how good they are; a run that goes on reads it.

    Args:
        directory: an existing folder.
        images: real images (n, height, width, channels) in [0, 1], at least as many as features have dimensions; take training
            images, as held-out images that choose the weights cannot measure them.
        extractor: images to features.
        every: epochs from one comparison to the next.
        monitor: "fid" or "kid": what is to be small.
        seed: of the codes.
    """

    def __init__(
        self,
        directory: str | Path,
        images: np.ndarray,
        extractor: FeatureExtractor,
        every: int = 1,
        monitor: Monitor = "fid",
        seed: int = 0,
    ) -> None:
        super().__init__()
        if monitor not in ("fid", "kid"):
            raise ValueError(f"monitor must be 'fid' or 'kid'. Received: {monitor!r}.")
        if every < 1:
            raise ValueError(f"every must be at least 1 epoch. Received: {every}.")
        self._card = Path(directory) / "best.json"
        self._real = extract(extractor, images)
        self._extractor, self._every, self._monitor, self._seed = extractor, every, monitor, seed

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        logs = {} if logs is None else logs
        measured = {"fid": math.nan, "kid": math.nan}
        if (epoch + 1) % self._every == 0:
            generated = extract_generated(self.model, self._extractor, len(self._real), self._seed)[0]
            measured = {
                "fid": frechet_distance(self._real, generated),
                "kid": kernel_distance(self._real, generated)[0],
            }
            if measured[self._monitor] <= self.best():  # equal: of an epoch that is run again after a kill
                best = BestMetrics(**measured, monitor=self._monitor, epoch=epoch + 1)
                presets.save(self.model, self._card, card={"metrics": to_dict(best)}, overwrite=True)
        logs.update(measured)

    def best(self) -> float:
        """Gives the smallest value so far, infinity before the first; raises ValueError for a card that is faulty."""
        if not self._card.is_file():
            return math.inf
        found = convert(presets.read_card(self._card).metrics, BestMetrics, f"{self._card.name}: metrics")
        return {"fid": found.fid, "kid": found.kid}[self._monitor]

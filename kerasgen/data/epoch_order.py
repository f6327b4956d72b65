"""Keeps the order of the data that of the epoch, wherever `fit` begins."""

from __future__ import annotations

import keras

from kerasgen.data.dataset import Dataset


class EpochOrder(keras.callbacks.Callback):
    """Tells a `Dataset` which epoch it is: a run resumed at epoch k sees the images in epoch k's order.

    With `steps_per_epoch` a pass over the data and an epoch differ; then it is told at the first epoch only.
    """

    def __init__(self, dataset: Dataset) -> None:
        super().__init__()
        self._dataset = dataset
        self._told = False

    def on_epoch_begin(self, epoch: int, logs: dict[str, object] | None = None) -> None:
        steps = self.params.get("steps")
        if not self._told or steps in (None, len(self._dataset)):
            self._dataset.epoch = epoch if steps in (None, len(self._dataset)) else epoch * steps // len(self._dataset)
        self._told = True

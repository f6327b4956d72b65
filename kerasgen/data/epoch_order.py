"""Keeps the order of the data that of the epoch, wherever `fit` begins."""

import keras


class EpochOrder(keras.callbacks.Callback):
    """Tells an `ImageBatches` which epoch it is: a run resumed at epoch k sees the images in epoch k's order.

    With `steps_per_epoch` a pass over the data and an epoch differ; then it is told at the first epoch only.
    """

    def __init__(self, batches):
        super().__init__()
        self._batches = batches
        self._told = False

    def on_epoch_begin(self, epoch, logs=None):
        steps = self.params.get("steps")
        if not self._told or steps in (None, len(self._batches)):
            self._batches.epoch = epoch if steps in (None, len(self._batches)) else epoch * steps // len(self._batches)
        self._told = True

"""Shows a training set's rare images more often (Amini et al. 2019, algorithm 1)."""

from __future__ import annotations

import keras
import numpy as np

from kerasgen.data.batches import ImageBatches


class AdaptiveResampling(keras.callbacks.Callback):
    """Before each epoch, draws the positive images by how rare their codes are under the model as it is.

    The positives together keep their share of the epoch, and the others are drawn alike.

    Args:
        batches: the requires_labels training set that `fit` is given.
        positive: the label of the class whose latent distribution is leveled.
        bins, smoothing, effective: as `rarity_weights`: the smaller `effective`, the more the rare are favored.
    """

    def __init__(
        self, batches: ImageBatches, positive: int = 1, *, bins: int = 10, smoothing: float = 0.01, effective: float = 0.3
    ):
        super().__init__()
        if batches.labels is None:
            raise ValueError("Resampling needs a data set with labels. Received: one without.")
        if not np.any(batches.labels == positive):
            raise ValueError(f"Resampling needs images of the positive label. Received: none of label {positive}.")
        self._batches, self._positive = batches, positive
        self._options = {"bins": bins, "smoothing": smoothing, "effective": effective}

    def on_epoch_begin(self, epoch, logs=None):
        from kerasgen.analysis.balance import rarity_weights  # with it come scikit-learn and matplotlib

        positives = np.flatnonzero(self._batches.labels == self._positive)
        weights = np.full(self._batches.num_images, 1.0 / self._batches.num_images)
        rarity = rarity_weights(self.model.encode(self._batches.images(positives)), **self._options)
        weights[positives] = rarity * len(positives) / len(weights)
        self._batches.weights = weights

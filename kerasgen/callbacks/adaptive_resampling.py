"""Shows a training set's rare images more often (Amini et al. 2019, algorithm 1)."""

from __future__ import annotations

from collections.abc import Mapping

import keras
import numpy as np

from kerasgen.analysis.balance import rarity_weights
from kerasgen.data.image_dataset import ImageDataset


class AdaptiveResampling(keras.callbacks.Callback):
    """Before each epoch, reweights the positive images by how rare their codes are under the model as it is.

    The positives together keep their share of the epoch, and the others are all equally likely.

    Args:
        dataset: the labeled training set that `fit` is given.
        positive: the label of the class whose latent distribution is leveled.
        bins: as `rarity_weights`.
        smoothing: as `rarity_weights`.
        effective: as `rarity_weights`: the smaller, the more rare images are favored.

    Raises ValueError for a set without labels, or without images of the positive one.
    """

    def __init__(
        self, dataset: ImageDataset, positive: int = 1, *, bins: int = 10, smoothing: float = 0.01, effective: float = 0.3
    ) -> None:
        super().__init__()
        if not isinstance(dataset, ImageDataset) or dataset.labels is None:
            raise ValueError("Resampling needs a data set with labels. Received: one without.")
        if not np.any(dataset.labels == positive):
            raise ValueError(f"Resampling needs images of the positive label. Received: none of label {positive}.")
        self._dataset, self._positive = dataset, positive
        self._bins, self._smoothing, self._effective = bins, smoothing, effective

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        positives = np.flatnonzero(self._dataset.labels == self._positive)
        weights = np.full(self._dataset.num_images, 1.0 / self._dataset.num_images)
        codes = self.model.encode(self._dataset.images(positives))
        rarity = rarity_weights(codes, self._bins, self._smoothing, self._effective)
        weights[positives] = rarity * len(positives) / len(weights)
        self._dataset.weights = weights

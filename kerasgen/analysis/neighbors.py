"""The training images that are nearest to samples: a copy would show."""

from __future__ import annotations

import numpy as np

from kerasgen.evaluation.extractors import get_extractor
from kerasgen.evaluation.generation import extract
from kerasgen.latent.codes import labels_in_turn
from kerasgen.metrics.features import check_pair
from kerasgen.metrics.neighborhoods import distances
from kerasgen.presets.data import load_data


def nearest(features: np.ndarray, among: np.ndarray, k: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Finds the `k` nearest of `among` (m, dimensions) to each of `features` (n, dimensions), both of one extractor.

    Returns:
        Their indices and distances, nearest first, each (n, k). Raises ValueError for NaN, dimensions that differ, and k > m.
    """
    features, among = check_pair(features, among, 1)
    if not 1 <= k <= len(among):
        raise ValueError(f"k must be from 1 to the number of images, {len(among)}. Received: k={k}.")
    indices, lengths = np.empty((len(features), k), "int64"), np.empty((len(features), k))
    for rows, squared in distances(features, among):
        order = np.argsort(squared, axis=1)[:, :k]
        indices[rows] = order
        lengths[rows] = np.sqrt(np.take_along_axis(squared, order, axis=1))
    return indices, lengths


def sample_neighbors(model, n: int, k: int, extractor: str | None = None, seed: int = 0):
    """Draws `n` samples of a preset and finds the training images nearest to each, mirrored ones among them.

    `extractor` names whose features tell (`kerasgen.extractors`): that of the card's "evaluation" if None, or the pixels.

    Returns:
        Samples (n, height, width, channels), their neighbors (n, k, height, width, channels), and the distances (n, k).
    """
    name = extractor or model.card.get("evaluation", {}).get("extractor")
    features = get_extractor(name) if name else (lambda images: images.reshape(len(images), -1))
    train = load_data(model.card, "train", mirror=False, shuffle=False, drop_remainder=False).images()
    if model.card["data"].get("mirror"):
        train = np.concatenate([train, train[:, :, ::-1]])
    samples = model.sample(n, seed=seed, labels=labels_in_turn(n, model.num_classes))
    indices, lengths = nearest(features(samples), extract(features, train), k)
    return samples, train[indices], lengths

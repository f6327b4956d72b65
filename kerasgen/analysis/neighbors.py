"""The training images that are nearest to samples, which reveal copies."""

from __future__ import annotations

import numpy as np

from kerasgen.analysis.model_card import card_of
from kerasgen.evaluation.extractors import get_extractor
from kerasgen.evaluation.generation import extract
from kerasgen.latent.codes import labels_in_turn
from kerasgen.metrics.features import check_pair
from kerasgen.metrics.neighborhoods import distances
from kerasgen.models.latent_base import LatentSampler
from kerasgen.presets.data import data_of, load_images


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


def sample_neighbors(
    model: LatentSampler, n: int, k: int, extractor: str | None = None, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Generates `n` images and finds the training images nearest to each, their mirror images included.

    `extractor` names whose features are compared (`kerasgen.evaluation.get_extractor`): the card's if None, else the pixels.

    Returns:
        Samples (n, height, width, channels), their neighbors (n, k, height, width, channels), and the distances (n, k).
    """
    card = card_of(model)
    name = extractor or card.evaluation.extractor
    features = get_extractor(name) if name else _pixels
    train = load_images(card, "train")
    if data_of(card).mirror:
        train = np.concatenate([train, train[:, :, ::-1]])
    samples = model.sample(n, seed=seed, labels=labels_in_turn(n, model.num_classes))
    indices, lengths = nearest(features(samples), extract(features, train), k)
    return samples, train[indices], lengths


def _pixels(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1)

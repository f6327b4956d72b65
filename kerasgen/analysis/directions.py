"""Directions of an attribute in w, along which it changes (Shen et al. 2020, arXiv:1907.10786, section 2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from kerasgen.analysis.model_card import card_of
from kerasgen.evaluation.attributes import attribute_of
from kerasgen.latent.codes import sample_codes
from kerasgen.metrics.features import check_features
from kerasgen.models.style_base import BaseStyleGAN


def label_direction(codes: np.ndarray, labels: np.ndarray, seed: int = 0) -> np.ndarray:
    """Gives the unit normal of the plane between codes without an attribute and those with it, towards the latter.

    Args:
        codes: (n, dimensions), such as w of n samples.
        labels: (n,), 0 or 1, such as a classifier's predictions for the samples.
        seed: of the regression.

    Returns:
        (dimensions,) float32. Raises ValueError for labels of one class, or another number of them.
    """
    codes, labels = check_features(codes), np.asarray(labels)
    if labels.shape != (len(codes),) or set(np.unique(labels)) != {0, 1}:
        raise ValueError(
            f"Labels must be {len(codes)} numbers, 0 or 1, both among them. Received: shape {labels.shape}, "
            f"{sorted(set(np.unique(labels).tolist()))[:5]}."
        )
    deviation = codes.std(axis=0) + 1e-8  # one penalty for dimensions of every size
    found = LogisticRegression(max_iter=1000, class_weight="balanced", random_state=seed).fit(codes / deviation, labels)
    normal = found.coef_[0] / deviation
    return (normal / np.linalg.norm(normal)).astype("float32")


def move(
    model: BaseStyleGAN,
    styles: np.ndarray,
    direction: np.ndarray,
    amounts: Sequence[float] = (-3, -1.5, 0, 1.5, 3),
    layers: Sequence[int] | None = None,
) -> np.ndarray:
    """Generates styles (n, layers, style_dim) moved along a direction (style_dim,) by each amount, at all or some layers.

    Returns:
        (n, amounts, height, width, channels) float32 in [0, 1].
    """
    chosen = np.isin(np.arange(model.style_layers), range(model.style_layers) if layers is None else layers)
    moved = styles[:, None] + np.asarray(amounts)[:, None, None] * chosen[:, None] * direction  # (n, amounts, layers, numbers)
    images = model.synthesize(moved.reshape(-1, *styles.shape[1:]).astype("float32"))
    return images.reshape(len(styles), len(amounts), *images.shape[1:])


def attribute_direction(model: BaseStyleGAN, label: str, seed: int = 0, samples: int = 4000) -> tuple[np.ndarray, float]:
    """Gives the direction of a label of the preset's training data, such as "gender=F", and the deviation of w along it.

    A classifier of the labeled training images predicts which samples have it. Raises ValueError for a label or a value that
    the data do not have.
    """
    classifier = attribute_of(card_of(model), label)
    codes = sample_codes(samples, model.latent_dim, seed)
    w = model.styles(codes)[:, 0]
    found = label_direction(w, classifier(model.decode(codes)), seed)
    return found, float((w @ found).std())

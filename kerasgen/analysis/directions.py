"""Directions of an attribute in w: along them, it changes (Shen et al. 2020, arXiv:1907.10786, section 2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from kerasgen.evaluation.attributes import attribute_of
from kerasgen.latent.codes import sample_codes
from kerasgen.metrics.features import check_features


def label_direction(codes: np.ndarray, labels: np.ndarray, seed: int = 0) -> np.ndarray:
    """The unit normal of the plane that divides codes without an attribute from those with it, towards the latter.

    Args:
        codes: (n, dimensions), as w of n samples.
        labels: (n,), 0 or 1, as a classifier tells them of the samples' pictures.

    Returns:
        (dimensions,) float32. Raises ValueError for labels of one kind, or another number of them.
    """
    codes, labels = check_features(codes), np.asarray(labels)
    if labels.shape != (len(codes),) or set(np.unique(labels)) != {0, 1}:
        raise ValueError(
            f"Labels must be {len(codes)} of 0 and 1, both among them. Received: shape {labels.shape}, "
            f"{sorted(set(np.unique(labels).tolist()))[:5]}."
        )
    deviation = codes.std(axis=0) + 1e-8  # one penalty for dimensions of every size
    found = LogisticRegression(max_iter=1000, class_weight="balanced", random_state=seed).fit(codes / deviation, labels)
    normal = found.coef_[0] / deviation
    return (normal / np.linalg.norm(normal)).astype("float32")


def move(
    model,
    styles: np.ndarray,
    direction: np.ndarray,
    amounts: Sequence[float] = (-3, -1.5, 0, 1.5, 3),
    layers: Sequence[int] | None = None,
) -> np.ndarray:
    """Draws styles (n, layers, style_dim) moved along a direction (style_dim,) by each amount, at all or some layers.

    Returns:
        (n, amounts, height, width, channels) float32 in [0, 1].
    """
    chosen = np.isin(np.arange(model.style_layers), range(model.style_layers) if layers is None else layers)
    moved = styles[:, None] + np.asarray(amounts)[:, None, None] * chosen[:, None] * direction  # (n, amounts, layers, numbers)
    images = model.synthesize(moved.reshape(-1, *styles.shape[1:]).astype("float32"))
    return images.reshape(len(styles), len(amounts), *images.shape[1:])


def attribute_direction(model, label: str, seed: int = 0, samples: int = 4000) -> tuple[np.ndarray, float]:
    """The direction of a label of the preset's training data, given as "gender=F", and the deviation of w along it.

    A classifier of the requires_labels training images tells which samples have it. Raises ValueError for a label or a value that the
    data do not have.
    """
    tell = attribute_of(model.card, label)
    codes = sample_codes(samples, model.latent_dim, seed)
    w = model.styles(codes)[:, 0]
    found = label_direction(w, tell(model.decode(codes)), seed)
    return found, float((w @ found).std())

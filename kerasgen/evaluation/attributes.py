"""Predicting an attribute of images, real or generated, from labels of real ones."""

from __future__ import annotations

import numpy as np
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from kerasgen.errors import unknown_name
from kerasgen.evaluation.single_images import single_images
from kerasgen.images.resize import by_band
from kerasgen.presets.card import Card
from kerasgen.presets.data import load_data

SIDE = 16  # pixels, where the blur of generated images does not matter


class AttributeClassifier:
    """A logistic regression of an attribute on images of 16 x 16 pixels; both classes have the same weight.

    Args:
        images: (n, height, width, channels) in [0, 1].
        labels: (n,) of bool.
    """

    def __init__(self, images: np.ndarray, labels: np.ndarray) -> None:
        self._regression: Pipeline = make_pipeline(
            StandardScaler(), LogisticRegression(C=1e-3, class_weight="balanced", max_iter=1000)
        ).fit(_small(images), labels)

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Predicts which images (n, height, width, channels) have the attribute: (n,) of bool."""
        return self._regression.predict(_small(images))

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """Gives the probability that each image has the attribute: (n,) in [0, 1]."""
        return self._regression.predict_proba(_small(images))[:, 1]


def attribute_of(card: Card, label: str) -> AttributeClassifier:
    """Fits a classifier to a label of a card's training data, given as "gender=F".

    Raises ValueError for a label or a value that the data do not have.
    """
    name, _, value = label.partition("=")
    train = load_data(card, "train", labels=name, mirror=False, shuffle=False, drop_remainder=False)
    names = train.class_names or []
    if train.labels is None or value not in names:
        raise unknown_name(f"value of the label {name}", value, names)
    return AttributeClassifier(single_images(train), np.equal(train.labels, names.index(value)))


def _small(images: np.ndarray) -> np.ndarray:
    def shrink(band: Image.Image) -> Image.Image:
        return band.resize((SIDE, SIDE), Image.Resampling.BOX)

    return np.reshape([by_band(image.astype("float32"), shrink) for image in images], (len(images), -1))

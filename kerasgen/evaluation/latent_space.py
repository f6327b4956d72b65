"""How even a generator's latent spaces are: metrics of z and, for style-based generators, of w."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kerasgen import metrics
from kerasgen.evaluation.attributes import attribute_of
from kerasgen.evaluation.extractors import Extractor, FeatureExtractor
from kerasgen.evaluation.generation import PART
from kerasgen.latent.codes import sample_codes
from kerasgen.models.latent_base import LatentSampler
from kerasgen.models.style_base import BaseStyleGAN
from kerasgen.presets.card import Card


def path_lengths(
    model: LatentSampler, extractor: Extractor, epsilon: float, pairs: int = 2000, seed: int = 0
) -> dict[str, object]:
    """Gives perceptual path lengths in z and w with their standard errors, and how they were measured.

    "whole" steps lie anywhere on the paths, "end" steps at their start.
    """
    start, end = np.split(sample_codes(2 * pairs, model.latent_dim, seed), 2)
    result: dict[str, object] = {
        "extractor": extractor.name,
        "resize": extractor.resize,
        "pairs": pairs,
        "epsilon": epsilon,
    }

    def measure(space: str, kind: str, start: np.ndarray, end: np.ndarray, features: FeatureExtractor) -> None:
        for name, whole in (("whole", True), ("end", False)):
            length, error = metrics.perceptual_path_length(
                start, end, lambda codes: _by_parts(features, codes), kind=kind, whole=whole, epsilon=epsilon, seed=seed
            )
            result[f"{space}_{name}"] = round(length, 2)
            result[f"{space}_{name}_standard_error"] = round(error, 2)

    measure("z", "spherical", start, end, lambda z: extractor(model.decode(z)))
    if isinstance(model, BaseStyleGAN):
        layers = model.style_layers
        start, end = (model.styles(codes)[:, 0] for codes in (start, end))
        measure("w", "linear", start, end, lambda w: extractor(model.synthesize(np.repeat(w[:, None], layers, axis=1))))
    return result


def separability(
    model: LatentSampler, card: Card, labels: Sequence[str], samples: int = 10_000, seed: int = 0
) -> dict[str, object]:
    """Gives the linear separability of labels of the training data, such as "gender=F", in z and w."""
    codes = sample_codes(samples, model.latent_dim, seed)
    classifiers = [attribute_of(card, label) for label in labels]

    def probabilities(part: np.ndarray) -> np.ndarray:
        images = model.decode(part)
        return np.stack([classifier.probabilities(images) for classifier in classifiers], axis=1)

    predicted = _by_parts(probabilities, codes)
    result: dict[str, object] = {
        "labels": list(labels),
        "samples": samples,
        "z": round(metrics.linear_separability(codes, predicted, seed), 3),
    }
    if isinstance(model, BaseStyleGAN):
        result["w"] = round(metrics.linear_separability(model.styles(codes)[:, 0], predicted, seed), 3)
    return result


def _by_parts(function: FeatureExtractor, codes: np.ndarray) -> np.ndarray:
    """Applies a function to `PART` codes at a time, so that their images need not be kept."""
    return np.concatenate([function(codes[start : start + PART]) for start in range(0, len(codes), PART)])

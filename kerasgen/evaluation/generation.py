"""How near generated images come to real ones, by features of an extractor."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kerasgen import metrics
from kerasgen.evaluation.extractors import get_extractor
from kerasgen.latent.codes import labels_in_turn, sample_codes

PART = 1000  # images in memory at a time
GENERATED_IMAGES = 10_000  # compared at most
METRICS = ("fid", "kid", "kid_standard_error", "precision", "recall", "density", "coverage")


def compare(real: np.ndarray, generated: np.ndarray) -> dict:
    """The `METRICS` of two sets of features (n, dimensions): FID, KID with its standard error, precision, recall and so on.

    Comparable for equal extractors and numbers of images alone: `protocol` says which.
    """
    values = (
        metrics.frechet_distance(real, generated),
        *metrics.kernel_distance(real, generated),
        *metrics.precision_recall(real, generated),
        *metrics.density_coverage(real, generated),
    )
    return dict(zip(METRICS, values, strict=True))


def protocol(extractor, real: int, generated: int) -> dict:
    """What a figure must be told with: the extractor, its way of resizing, and the numbers of images."""
    return {
        "extractor": getattr(extractor, "name", repr(extractor)),
        "resize": getattr(extractor, "resize", "unknown"),
        "real_images": real,
        "generated_images": generated,
    }


def extract(extractor: Callable, images) -> np.ndarray:
    """Features (n, dimensions) of images (n, ...), `PART` of them at a time; `images` may be sliceable without being loaded."""
    return np.concatenate([extractor(images[start : start + PART]) for start in range(0, len(images), PART)])


def extract_generated(model, extractor: Callable, n: int, seed: int = 0, **options) -> tuple[np.ndarray, np.ndarray | None]:
    """Features (n, dimensions) of `n` images of `model.sample`, which are not kept, and the classes that were asked for.

    Conditional models draw each class in turn; for others the second is None. `options` are `model.decode`'s.
    """
    codes, labels = sample_codes(n, model.latent_dim, seed), labels_in_turn(n, model.num_classes)
    parts = [slice(start, start + PART) for start in range(0, n, PART)]
    features = [
        extractor(model.decode(codes[part], labels=None if labels is None else labels[part], **options)) for part in parts
    ]
    return np.concatenate(features), labels


def generation_metrics(model, extractor: str, images, train, seed: int) -> dict:
    """As many samples as there are held-out images (10,000 at most) against these, and the floor: training images."""
    extractor = get_extractor(extractor)
    real = extract(extractor, images[:GENERATED_IMAGES])
    generated, labels = extract_generated(model, extractor, len(real), seed)
    result = protocol(extractor, len(real), len(generated)) | rounded(compare(real, generated))
    result["floor"] = {"training_images": len(train)} | rounded(compare(real, extract(extractor, train)))
    if extractor.classify is not None:
        told = extractor.classify(generated).argmax(axis=1)
        result["modes"] = [
            round(float(share), 4) for share in metrics.mode_histogram(told, extractor.classify(generated[:1]).shape[1])
        ]
        if labels is not None:
            result["accuracy"] = round(float(np.mean(told == labels)), 4)
    return result


def rounded(figures: dict) -> dict:
    """Five significant digits."""
    return {name: float(f"{value:.5g}") for name, value in figures.items()}

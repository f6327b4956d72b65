"""How near generated images come to real ones, by features of an extractor."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from kerasgen import metrics
from kerasgen.evaluation.extractors import Extractor, FeatureExtractor, get_extractor
from kerasgen.latent.codes import labels_in_turn, sample_codes
from kerasgen.models.latent_base import LatentSampler

PART = 1000  # images in memory at a time
GENERATED_IMAGES = 10_000  # compared at most
METRICS = ("fid", "kid", "kid_standard_error", "precision", "recall", "density", "coverage")


def compare(real: np.ndarray, generated: np.ndarray) -> dict[str, float]:
    """Gives the `METRICS` of two sets of features (n, dimensions): FID, KID with its standard error, precision, recall, ...

    They are comparable only for one extractor and equal numbers of images: `protocol` says which.
    """
    values = (
        metrics.frechet_distance(real, generated),
        *metrics.kernel_distance(real, generated),
        *metrics.precision_recall(real, generated),
        *metrics.density_coverage(real, generated),
    )
    return dict(zip(METRICS, values, strict=True))


def protocol(extractor: FeatureExtractor, real: int, generated: int) -> dict[str, object]:
    """Gives what metrics must be reported with: the extractor, how it resizes, and the numbers of images."""
    name, resize = (extractor.name, extractor.resize) if isinstance(extractor, Extractor) else (repr(extractor), "unknown")
    return {"extractor": name, "resize": resize, "real_images": real, "generated_images": generated}


def extract(extractor: FeatureExtractor, images: np.ndarray) -> np.ndarray:
    """Gives features (n, dimensions) of images (n, ...), `PART` of them at a time; any source that can be sliced will do."""
    return np.concatenate([extractor(images[start : start + PART]) for start in range(0, len(images), PART)])


def extract_generated(
    model: LatentSampler, extractor: FeatureExtractor, n: int, seed: int = 0, **options: float
) -> tuple[np.ndarray, np.ndarray | None]:
    """Gives features (n, dimensions) of `n` generated images, which are not kept, and their labels.

    A conditional model generates each class in turn; for others the labels are None. `options` are passed to `model.decode`.
    """
    decode: Callable[..., np.ndarray] = model.decode
    codes, labels = sample_codes(n, model.latent_dim, seed), labels_in_turn(n, model.num_classes)
    parts = [slice(start, start + PART) for start in range(0, n, PART)]
    features = [extractor(decode(codes[part], labels=None if labels is None else labels[part], **options)) for part in parts]
    return np.concatenate(features), labels


def generation_metrics(
    model: LatentSampler, extractor_name: str, images: np.ndarray, train: np.ndarray, seed: int
) -> dict[str, object]:
    """Compares as many samples as there are held-out images (10,000 at most) with these; "floor" does training images."""
    extractor = get_extractor(extractor_name)
    real = extract(extractor, images[:GENERATED_IMAGES])
    generated, labels = extract_generated(model, extractor, len(real), seed)
    result = {
        **protocol(extractor, len(real), len(generated)),
        **rounded(compare(real, generated)),
        "floor": {"training_images": len(train), **rounded(compare(real, extract(extractor, train)))},
    }
    if extractor.classify is not None:
        predicted = extractor.classify(generated)  # (n, classes)
        classes = predicted.argmax(axis=1)
        result["modes"] = [round(float(share), 4) for share in metrics.mode_histogram(classes, predicted.shape[1])]
        if labels is not None:
            result["accuracy"] = round(float(np.mean(classes == labels)), 4)
    return result


def rounded(values: Mapping[str, float]) -> dict[str, float]:
    """Rounds to five significant digits."""
    return {name: float(f"{value:.5g}") for name, value in values.items()}

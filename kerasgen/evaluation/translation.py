"""The metrics of translators."""

from __future__ import annotations

import numpy as np

from kerasgen import metrics
from kerasgen.data.transforms import edges
from kerasgen.evaluation.extractors import FeatureExtractor, get_extractor
from kerasgen.evaluation.generation import compare, protocol, rounded
from kerasgen.images import to_uint8
from kerasgen.models.translation_base import BaseTranslator
from kerasgen.presets.card import Card
from kerasgen.presets.data import data_of, load_data


def translation_metrics(model: BaseTranslator, card: Card, seed: int = 0) -> dict[str, object]:
    """Measures a translator on the held-out images of its card, by the extractor that its section "evaluation" names."""
    extractor = get_extractor(card.evaluation.extractor) if card.evaluation.extractor else None
    a, b = load_data(card, "held_out").images()
    if model.paired:
        return paired_metrics(model, a, b, extractor, from_edges=data_of(card).pairs == "edges")
    train_a, train_b = load_data(card, "train", mirror=False, shuffle=False).images()
    return unpaired_metrics(model, (a, b), (train_a, train_b), extractor, seed)


def paired_metrics(
    model: BaseTranslator,
    sources: np.ndarray,
    targets: np.ndarray,
    extractor: FeatureExtractor | None,
    from_edges: bool = False,
) -> dict[str, object]:
    """Compares translations with the truth: L1, PSNR, SSIM, checkerboard energy; FID and KID where there is an extractor.

    `feature_distance` is the mean distance of the features of a translation and its truth, beside it that of two different
    images. `from_edges` says that the sources are `edges`: then those of the translations are compared with them.
    """
    outputs = model.translate(sources)
    values = {
        "l1": float(np.mean(np.abs(outputs - targets))),
        "psnr_db": metrics.peak_signal_to_noise(targets, outputs),
        "ssim": metrics.structural_similarity(targets, outputs),
        "checkerboard": metrics.checkerboard_energy(outputs, targets),
    }
    if from_edges:
        lines = np.stack([edges(image)[..., 0] < 128 for image in to_uint8(outputs)])
        values["edge_f1"] = metrics.edge_agreement(lines, sources[..., 0] < 0.5)
    if extractor is None:
        return dict(rounded(values))
    real, translated = extractor(targets), extractor(outputs)
    values["feature_distance"] = _distance(translated, real).mean()
    values["feature_distance_of_others"] = _distance(np.roll(real, 1, axis=0), real).mean()
    generation = protocol(extractor, len(real), len(translated)) | rounded(compare(real, translated))
    return {**rounded(values), "generation": generation}


def unpaired_metrics(
    model: BaseTranslator,
    images: tuple[np.ndarray, np.ndarray],
    train: tuple[np.ndarray, np.ndarray],
    extractor: FeatureExtractor | None,
    seed: int = 0,
) -> dict[str, object]:
    """Measures the directions of a translator: checkerboard energy, cycle PSNR of both; with an extractor FID, KID and "kept".

    Translations, and the sources as they are, are compared with all images of the other kind, those of training too. "kept" is
    the share of translations whose features are nearer to their source's than those of a random image of the other kind.

    Args:
        model: a translator of one direction or both.
        images: held-out images, (a, b).
        train: training images, (a, b).
        extractor: images to features.
        seed: of the random images.
    """
    rng = np.random.default_rng(seed)
    result: dict[str, object] = {}
    for direction in model.directions:
        here, there, back = (0, 1, "b_to_a") if direction == "a_to_b" else (1, 0, "a_to_b")
        sources, targets = images[here], np.concatenate([train[there], images[there]])
        outputs = model.translate(sources, direction)
        values = {"checkerboard": metrics.checkerboard_energy(outputs, targets)}
        if back in model.directions:
            values["cycle_psnr_db"] = metrics.peak_signal_to_noise(sources, model.translate(outputs, back))
        comparisons = {}
        if extractor is not None:
            before, after, real = (extractor(each) for each in (sources, outputs, targets))
            translated, untranslated = compare(real, after), compare(real, before)
            random = real[rng.integers(len(real), size=len(after))]
            values["kept"] = float(np.mean(_distance(before, after) < _distance(before, random)))
            values["fid_ratio"] = translated["fid"] / untranslated["fid"]
            comparisons = {
                "translated": protocol(extractor, len(real), len(after)) | rounded(translated),
                "untranslated": rounded(untranslated),
            }
        result[direction] = {**rounded(values), **comparisons}
    return result


def _distance(features: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.linalg.norm(features - others, axis=1)

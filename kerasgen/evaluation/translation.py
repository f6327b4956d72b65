"""How well translators do, and their pictures before and after."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kerasgen import metrics
from kerasgen.data.transforms import edges
from kerasgen.evaluation.extractors import get_extractor
from kerasgen.evaluation.generation import compare, protocol, rounded
from kerasgen.images import to_uint8
from kerasgen.presets.data import load_data

SHOWN = 16  # of each kind, in a picture


def translation_metrics(model, card: dict, seed: int = 0) -> dict:
    """Measures a translator on the held-out images of its card, by the extractor that its section "evaluation" names."""
    extractor = get_extractor(card["evaluation"]["extractor"]) if "extractor" in card.get("evaluation", {}) else None
    images = load_data(card, "held_out").images()
    if len(model.directions) == 1:
        return paired_metrics(model, *images, extractor, drawn=card["data"].get("pairs") == "edges")
    return unpaired_metrics(model, images, load_data(card, "train", mirror=False, shuffle=False).images(), extractor, seed)


def paired_metrics(model, sources, targets, extractor: Callable | None, drawn: bool = False) -> dict:
    """Translations against the truth: L1, PSNR, SSIM, the energy of checkerboards; FID and KID where there is an extractor.

    `feature_distance` is the mean distance of the features of a translation and its truth, beside it that of two different
    images. `drawn` tells that the sources are `edges`: then those of the translations are compared with them.
    """
    outputs = model.translate(sources)
    result = {
        "l1": float(np.mean(np.abs(outputs - targets))),
        "psnr_db": metrics.peak_signal_to_noise(targets, outputs),
        "ssim": metrics.structural_similarity(targets, outputs),
        "checkerboard": metrics.checkerboard_energy(outputs, targets),
    }
    if drawn:
        lines = [np.stack([edges(image)[..., 0] < 128 for image in to_uint8(outputs)]), sources[..., 0] < 0.5]
        result["edge_f1"] = metrics.edge_agreement(*lines)
    if extractor is not None:
        real, made = extractor(targets), extractor(outputs)
        result["feature_distance"] = _distance(made, real).mean()
        result["feature_distance_of_others"] = _distance(np.roll(real, 1, axis=0), real).mean()
    result = rounded(result)
    if extractor is not None:
        result["generation"] = protocol(extractor, len(real), len(made)) | rounded(compare(real, made))
    return result


def unpaired_metrics(model, images, train, extractor: Callable | None, seed: int = 0) -> dict:
    """Both directions of a translator: PSNR of the cycle, checkerboards; with an extractor FID, KID and what is kept.

    Translations, and the sources as they are, are compared with all images of the other kind that there are, those of
    training too. `kept` is the share of translations whose features are nearer to their source's than a random image of
    the other kind is.

    Args:
        images, train: held-out and training images, each (a, b).
    """
    rng = np.random.default_rng(seed)
    result = {}
    for here, there, direction, back in ((0, 1, "a_to_b", "b_to_a"), (1, 0, "b_to_a", "a_to_b")):
        sources, targets = images[here], np.concatenate([train[there], images[there]])
        outputs = model.translate(sources, direction)
        figures = {
            "cycle_psnr_db": metrics.peak_signal_to_noise(sources, model.translate(outputs, back)),
            "checkerboard": metrics.checkerboard_energy(outputs, targets),
        }
        if extractor is not None:
            before, after, real = (extractor(each) for each in (sources, outputs, targets))
            translated, untranslated = compare(real, after), compare(real, before)
            random = real[rng.integers(len(real), size=len(after))]
            figures["kept"] = np.mean(_distance(before, after) < _distance(before, random))
            figures["fid_ratio"] = translated["fid"] / untranslated["fid"]
        result[direction] = rounded(figures)
        if extractor is not None:
            result[direction]["translated"] = protocol(extractor, len(real), len(after)) | rounded(translated)
            result[direction]["untranslated"] = rounded(untranslated)
    return result


def _distance(features: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.linalg.norm(features - others, axis=1)

"""How even a generator's latent spaces are: figures of z and, for style-based ones, of w."""

from __future__ import annotations

import numpy as np

from kerasgen import metrics
from kerasgen.evaluation.attributes import attribute_of
from kerasgen.evaluation.extractors import Extractor
from kerasgen.evaluation.generation import PART
from kerasgen.latent.codes import sample_codes


def path_lengths(model, extractor: Extractor, epsilon: float, pairs: int = 2000, seed: int = 0) -> dict:
    """Perceptual path lengths over the whole of ways and at their ends, in z and w, each with its standard error, and how they
    were measured."""
    start, end = np.split(sample_codes(2 * pairs, model.latent_dim, seed), 2)
    result = {"extractor": extractor.name, "resize": extractor.resize, "pairs": pairs, "epsilon": epsilon}
    spaces = {"z": ("spherical", start, end, lambda codes: extractor(model.decode(codes)))}
    if hasattr(model, "synthesize"):
        spaces["w"] = (
            "linear",
            model.styles(start)[:, 0],
            model.styles(end)[:, 0],
            lambda w: extractor(model.synthesize(np.repeat(w[:, None], model.style_layers, axis=1))),
        )
    for space, (kind, one, other, draw) in spaces.items():
        for name, whole in (("whole", True), ("end", False)):
            length, error = metrics.perceptual_path_length(
                one, other, lambda codes, draw=draw: _by_parts(draw, codes), kind=kind, whole=whole, epsilon=epsilon, seed=seed
            )
            result |= {f"{space}_{name}": round(length, 2), f"{space}_{name}_standard_error": round(error, 2)}
    return result


def separability(model, card: dict, labels: list[str], samples: int = 10_000, seed: int = 0) -> dict:
    """Linear separability of labels of the training data, as "gender=F", in z and w."""
    codes = sample_codes(samples, model.latent_dim, seed)
    tell = [attribute_of(card, label) for label in labels]

    def probabilities(part):
        images = model.decode(part)
        return np.stack([each.probabilities(images) for each in tell], axis=1)

    told = _by_parts(probabilities, codes)
    result = {"labels": labels, "samples": samples, "z": round(metrics.linear_separability(codes, told, seed), 3)}
    if hasattr(model, "synthesize"):
        result["w"] = round(metrics.linear_separability(model.styles(codes)[:, 0], told, seed), 3)
    return result


def _by_parts(function, codes: np.ndarray) -> np.ndarray:
    """Applies a function to `PART` codes at a time: their pictures are not kept."""
    return np.concatenate([function(codes[start : start + PART]) for start in range(0, len(codes), PART)])

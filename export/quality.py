"""What a file's pictures lost on the way out of Keras, by measures of pictures, not of numbers alone."""

from __future__ import annotations

import numpy as np

from kerasgen import metrics
from kerasgen.evaluation.extractors import get_extractor
from kerasgen.evaluation.generation import extract, protocol, rounded
from kerasgen.models.translation_base import DIRECTIONS

from .comparison import Comparison
from .examples import card_images
from .parts import IMAGE_OUTPUTS, Part

COMPARED = 160  # by their features, which take a fifth of a second a face
SMALLEST_SIDE = 11  # pixels, of structural similarity's window
# By which features pictures of a data set are compared where the card does not say.
EXTRACTORS = {"portraits": "faces", "fashion_mnist": "classifier_fashion_mnist"}


def measure(model, part: Part, comparison: Comparison) -> dict:
    """The manifest's entry "quality": errors, PSNR and SSIM against Keras; FID and KID against held-out images.

    Before and after are the pictures of Keras and of the file, for the same inputs. What cannot be measured has its reason in
    the entry "reference".
    """
    expected, outputs = comparison.expected, comparison.outputs
    errors = np.concatenate([np.abs(outputs[name] - truth).ravel() for name, truth in expected.items()])
    result = {"mean_abs_error": float(errors.mean()), "max_abs_error": comparison.max_abs_error, "psnr_db": comparison.psnr}
    reference = {"not measured": "the outputs are no pictures"}
    for name in set(IMAGE_OUTPUTS) & set(expected):  # one at most
        if min(expected[name].shape[1:3]) >= SMALLEST_SIDE:
            result["ssim"] = metrics.structural_similarity(expected[name], outputs[name])
        reference = _reference(model, part, expected[name], outputs[name])
    return {"inputs": comparison.inputs, **rounded(result), "reference": reference}


def _reference(model, part: Part, before: np.ndarray, after: np.ndarray) -> dict:
    """FID and KID of both against the held-out images of the card, or why there are none."""
    card = getattr(model, "card", None)
    if not card:
        return {"not measured": "held-out images are those of a card, which it has not"}
    name = card.get("evaluation", {}).get("extractor") or EXTRACTORS.get(card["data"]["source"], "pixels")
    if part.name == "synthesis":
        return {"not measured": "styles that are drawn at random are none that the mapping gives"}
    try:
        extractor, real, first = _before(name, model, part, before[:COMPARED])
    except (ImportError, ValueError) as error:
        return {"not measured": str(error)}
    last = extract(extractor, after[:COMPARED])
    return protocol(extractor, len(real), len(last)) | {
        "before": rounded(_distances(real, first)),
        "after": rounded(_distances(real, last)),
    }


_FEATURES: dict = {}  # of real images and of Keras's, once for all files of a part


def _before(name: str, model, part: Part, images: np.ndarray) -> tuple:
    """The extractor, and the features of held-out images and of Keras's pictures."""
    key = name, model.card["name"], model.card.get("weights", {}).get("sha256"), part.name, part.image_shape
    if key not in _FEATURES:
        extractor = get_extractor(name)
        domain = 1 - DIRECTIONS.index(part.name) if part.name in DIRECTIONS else 0
        real = extract(extractor, card_images(model, "held_out", COMPARED, domain))
        _FEATURES[key] = extractor, real, extract(extractor, images)
    return _FEATURES[key]


def _distances(real: np.ndarray, generated: np.ndarray) -> dict:
    distance, error = metrics.kernel_distance(real, generated)
    return {"fid": metrics.frechet_distance(real, generated), "kid": distance, "kid_standard_error": error}

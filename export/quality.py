"""What a file's images lost on the way out of Keras, by measures of images, not of numbers alone."""

from __future__ import annotations

import dataclasses

import numpy as np

from kerasgen import metrics
from kerasgen.base.model import GenerativeModel
from kerasgen.evaluation.extractors import Extractor, get_extractor
from kerasgen.evaluation.generation import extract, rounded
from kerasgen.models.translation_base import DIRECTIONS
from kerasgen.presets.data import data_of
from kerasgen.runtime.manifest import Distances, Quality, Reference

from .comparison import Comparison
from .examples import card_images
from .parts import Part

FEWEST = 4  # held-out images of which a distance has an error
COMPARED = 160  # by their features, which take a fifth of a second a face
SMALLEST_SIDE = 11  # pixels, of structural similarity's window
# By which features images of a data set are compared where the card does not say.
EXTRACTORS = {"portraits": "faces", "fashion_mnist": "classifier_fashion_mnist"}


def measure(model: GenerativeModel, part: Part, comparison: Comparison) -> Quality:
    """Errors, PSNR and SSIM against Keras; FID and KID against held-out images.

    Before and after are the images of Keras and of the file, for the same inputs. What cannot be measured has its reason in
    `reference`.
    """
    expected, outputs = comparison.expected, comparison.outputs
    errors = np.concatenate([np.abs(outputs[name] - truth).ravel() for name, truth in expected.items()])
    result = {"mean_abs_error": float(errors.mean()), "max_abs_error": comparison.max_abs_error, "psnr_db": comparison.psnr}
    reference, name = Reference(not_measured="the outputs are not images"), part.image_output
    if name is not None:
        if min(expected[name].shape[1:3]) >= SMALLEST_SIDE:
            result["ssim"] = metrics.structural_similarity(expected[name], outputs[name])
        reference = _reference(model, part, expected[name], outputs[name])
    return Quality(inputs=comparison.inputs, **rounded(result), reference=reference)


def _reference(model: GenerativeModel, part: Part, before: np.ndarray, after: np.ndarray) -> Reference:
    """FID and KID of both against the held-out images of the card, or why there are none."""
    if model.card is None:
        return Reference(not_measured="the model has no card, which names held-out images")
    if part.name == "synthesis":
        return Reference(not_measured="random styles are not those that the mapping gives")
    try:
        found = _before(model, part, before[:COMPARED])
    except (ImportError, ValueError) as error:
        return Reference(not_measured=str(error))
    last = extract(found.extractor, after[:COMPARED])
    return Reference(
        extractor=found.extractor.name,
        resize=found.extractor.resize,
        real_images=len(found.real),
        generated_images=len(last),
        before=_distances(found.real, found.generated),
        after=_distances(found.real, last),
    )


@dataclasses.dataclass(frozen=True)
class _Features:
    """An extractor, and the features of held-out images and of Keras's."""

    extractor: Extractor
    real: np.ndarray
    generated: np.ndarray


_FEATURES: dict[tuple[object, ...], _Features] = {}  # once for all files of a part


def _before(model: GenerativeModel, part: Part, images: np.ndarray) -> _Features:
    card = model.card
    assert card is not None
    name = card.evaluation.extractor or EXTRACTORS.get(data_of(card).source, "pixels")
    key = name, card.name, card.weights and card.weights.sha256, part.name, part.image_shape
    if key not in _FEATURES:
        domain = 1 - DIRECTIONS.index(part.name) if part.name in DIRECTIONS else 0
        held_out = card_images(model, "held_out", COMPARED, domain)
        if len(held_out) < FEWEST:
            raise ValueError(f"FID and KID need {FEWEST} held-out images at least. Received: {len(held_out)}.")
        extractor = get_extractor(name)
        real = extract(extractor, held_out)
        _FEATURES[key] = _Features(extractor, real, extract(extractor, images))
    return _FEATURES[key]


def _distances(real: np.ndarray, generated: np.ndarray) -> Distances:
    kid, error = metrics.kernel_distance(real, generated)
    fid = metrics.frechet_distance(real, generated)
    return Distances(**rounded({"fid": fid, "kid": kid, "kid_standard_error": error}))

"""What a file's pictures lost on the way out of Keras, by measures of pictures, not of numbers alone."""

from __future__ import annotations

import numpy as np

from kerasgen import metrics
from kerasgen.batching import predict
from kerasgen.extractors import get_extractor
from kerasgen.generation import extract, protocol, rounded
from kerasgen.models.translating import DIRECTIONS
from kerasgen.runtime.runner import Runtime

from .examples import card_images, fixed_inputs
from .parts import PICTURES, Part

COMPARED = 160  # by their features, which take a fifth of a second a face
SMALLEST_SIDE = 11  # pixels, of structural similarity's window
# By which features pictures of a data set are compared where the card does not say.
EXTRACTORS = {"portraits": "faces", "fashion_mnist": "classifier_fashion_mnist"}


def in_keras(part: Part, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The outputs of a part's own network, by name."""
    values = list(inputs.values())
    outputs = predict(part.network, values if len(values) > 1 else values[0])
    return dict(zip(part.outputs, outputs if isinstance(outputs, (list, tuple)) else [outputs], strict=True))


def psnr(expected: dict[str, np.ndarray], outputs: dict[str, np.ndarray]) -> float:
    """The lowest peak signal-to-noise ratio of any output, dB: against 1 for pictures, for others against their own range."""
    ratios = []
    for name, truth in expected.items():
        peak = 1.0 if name in PICTURES else float(truth.max() - truth.min())
        error = np.mean(np.square(outputs[name].astype("float64") - truth))
        ratios.append(-10.0 * np.log10(max(error, 1e-12) / max(peak, 1e-6) ** 2))
    return float(min(ratios))


def measure(model, part: Part, runtime: Runtime) -> dict:
    """The manifest's entry "quality": errors, PSNR and SSIM against Keras; FID and KID against held-out images.

    Before and after are the pictures of Keras and of the file, for the same inputs. What cannot be measured has its reason in
    the entry "reference".
    """
    inputs = fixed_inputs(model, part)
    expected, outputs = in_keras(part, inputs), runtime.run(inputs)
    outputs = {name: value / 255.0 if value.dtype == np.uint8 else value for name, value in outputs.items()}
    errors = np.concatenate([np.abs(outputs[name] - truth).ravel() for name, truth in expected.items()])
    result = {"mean_abs_error": float(errors.mean()), "max_abs_error": float(errors.max()), "psnr_db": psnr(expected, outputs)}
    count = len(next(iter(inputs.values())))
    pictures = next((name for name in PICTURES if name in expected), None)
    if pictures is None:
        return {"inputs": count, **rounded(result), "reference": {"not measured": "the outputs are no pictures"}}
    if min(expected[pictures].shape[1:3]) >= SMALLEST_SIDE:
        result["ssim"] = metrics.structural_similarity(expected[pictures], outputs[pictures])
    return {"inputs": count, **rounded(result), "reference": _reference(model, part, expected[pictures], outputs[pictures])}


def _reference(model, part: Part, before: np.ndarray, after: np.ndarray) -> dict:
    """FID and KID of both against the held-out images of the card, or why there are none."""
    card = getattr(model, "card", None) or {}
    name = card.get("evaluation", {}).get("extractor") or EXTRACTORS.get(card.get("data", {}).get("source"))
    if name is None:
        return {"not measured": "no extractor of features is known for its data"}
    if part.name == "synthesis":
        return {"not measured": "styles that are drawn at random are none that the mapping gives"}
    try:
        extractor, real, first = _before(name, model, part, before[:COMPARED])
    except (ImportError, ValueError) as error:
        return {"not measured": str(error)}
    last = extract(extractor, after[:COMPARED])
    return protocol(extractor, len(real), len(last)) | {"before": rounded(_distances(real, first)),
                                                        "after": rounded(_distances(real, last))}


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

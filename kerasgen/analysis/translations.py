"""Images before and after translation."""

from __future__ import annotations

import numpy as np

from kerasgen.data.dataset import Dataset
from kerasgen.images import interleave
from kerasgen.models.translation_base import BaseTranslator

SHOWN = 16  # of each kind, in a grid


def before_and_after(model: BaseTranslator, held_out: Dataset) -> np.ndarray:
    """Gives rows of sources, of their translations and, for pairs, of the truth; without pairs, of each direction."""
    a, b = held_out.images(slice(SHOWN))
    if model.paired:
        return interleave(a, model.translate(a), b)
    sources = {"a_to_b": a, "b_to_a": b}
    return np.concatenate([interleave(sources[way], model.translate(sources[way], way)) for way in model.directions])

"""Images before and after translation."""

from __future__ import annotations

import numpy as np

from kerasgen.data.dataset import Dataset
from kerasgen.images import interleave
from kerasgen.models.translation_base import BaseTranslator

SHOWN = 16  # of each kind, in a grid


def before_and_after(model: BaseTranslator, held_out: Dataset) -> np.ndarray:
    """Gives rows of sources, of their translations and, for pairs, of the truth; both directions where there are two."""
    a, b = held_out.images(slice(SHOWN))
    if len(model.directions) == 1:
        return interleave(a, model.translate(a), b)
    return np.concatenate([interleave(a, model.translate(a)), interleave(b, model.translate(b, "b_to_a"))])

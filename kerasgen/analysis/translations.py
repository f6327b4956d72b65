"""What translators make of images, before and after."""

from __future__ import annotations

import numpy as np

from kerasgen.images import interleave

SHOWN = 16  # of each kind, in a picture


def before_and_after(model, held_out) -> np.ndarray:
    """Rows of sources, of their translations and, for pairs, of the truth; both ways where there are two."""
    a, b = held_out.images(slice(SHOWN))
    if len(model.directions) == 1:
        return interleave(a, model.translate(a), b)
    return np.concatenate([interleave(a, model.translate(a)), interleave(b, model.translate(b, "b_to_a"))])

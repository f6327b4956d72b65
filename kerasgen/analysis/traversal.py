"""Latent traversal: one number of the code moves, the others stay."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kerasgen.latent.codes import check_codes
from kerasgen.models.latent_base import LatentDecoder


def traverse(
    model: LatentDecoder,
    z: np.ndarray,
    dimensions: Sequence[int] | np.ndarray | None = None,
    *,
    steps: int = 9,
    span: float = 2.5,
    relative: bool = False,
) -> np.ndarray:
    """Decodes copies of `z` in which one dimension runs from -span to span.

    Args:
        model: maps codes to images.
        z: (latent_dim,), the code to start from, such as `model.encode(images)[0]`.
        dimensions: which, in the order of the rows; all by default. `order_by_kl` gives the order of use.
        steps: images a row.
        span: how far a number moves each way.
        relative: run from z_j - span to z_j + span instead.

    Returns:
        (dimensions, steps, height, width, channels). Raises ValueError for a code of another size or an unknown dimension.
    """
    z = np.asarray(z, dtype="float32")
    check_codes(z[None], model.latent_dim)
    dimensions = list(range(model.latent_dim) if dimensions is None else dimensions)
    if any(not 0 <= dimension < model.latent_dim for dimension in dimensions):
        raise ValueError(f"Dimensions must lie in [0, {model.latent_dim}). Received: {dimensions}.")
    codes = np.tile(z, (len(dimensions), steps, 1))
    for row, dimension in enumerate(dimensions):
        codes[row, :, dimension] = np.linspace(-span, span, steps) + (z[dimension] if relative else 0.0)
    images = model.decode(codes.reshape(-1, model.latent_dim))
    return images.reshape(len(dimensions), steps, *images.shape[1:])

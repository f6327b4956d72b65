"""Latent traversal: one number of the code moves, the others stay."""

from collections.abc import Sequence

import numpy as np

from kerasgen.latent.codes import check_codes


def traverse(
    model, z: np.ndarray, dimensions: Sequence[int] | None = None, *, steps: int = 9, span: float = 2.5, relative: bool = False
) -> np.ndarray:
    """Decodes copies of `z` in which one dimension runs from -span to span.

    Args:
        model: a model with `decode`.
        z: (latent_dim,), the code to start from, as `model.encode(image)[0]`.
        dimensions: which, in the order of the rows; all by default. `order_by_kl` gives the order of use.
        relative: run from z_j - span to z_j + span instead.

    Returns:
        (dimensions, steps, height, width, channels). Raises ValueError for a code of another size or an unknown dimension.
    """
    z = np.asarray(z, dtype="float32")
    check_codes(z[None], model.latent_dim)
    dimensions = range(model.latent_dim) if dimensions is None else dimensions
    if any(not 0 <= dimension < model.latent_dim for dimension in dimensions):
        raise ValueError(f"Dimensions must lie in [0, {model.latent_dim}). Received: {list(dimensions)}.")
    codes = np.tile(z, (len(dimensions), steps, 1))
    for row, dimension in enumerate(dimensions):
        codes[row, :, dimension] = np.linspace(-span, span, steps) + (z[dimension] if relative else 0.0)
    images = model.decode(codes.reshape(-1, model.latent_dim))
    return images.reshape(len(dimensions), steps, *images.shape[1:])

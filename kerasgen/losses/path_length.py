"""The penalty on uneven path lengths of Karras et al. 2020 (arXiv:1912.04958, section 3.2)."""

from __future__ import annotations

from collections.abc import Callable

from keras import ops

from kerasgen import backend
from kerasgen.backend.typing import Tensor


def path_length_penalty(generate: Callable[[Tensor], Tensor], w: Tensor, noise: Tensor) -> Tensor:
    """Gives E[(|J^T y| - a)^2], equation 4: J is an image's derivative by its w, y a random image, a the mean of the lengths.

    The mean is that of the batch, where the paper has a moving one.

    Args:
        generate: maps w to images (batch, height, width, channels), each by its own.
        w: (batch, style_dim).
        noise: y from N(0, I), of the images' shape; it is divided by the root of their number of pixels.

    Returns:
        A scalar, differentiable.
    """
    pixels = noise.shape[1] * noise.shape[2]
    slope = backend.gradient(lambda w: ops.sum(ops.cast(generate(w), "float32") * noise) / pixels**0.5, w)
    return ops.var(ops.sqrt(ops.sum(ops.square(ops.cast(slope, "float32")), axis=1) + 1e-12))

"""How far images are from what they should be: negative log-likelihoods (one value an image, in nats) and L1."""

from __future__ import annotations

import math

from keras import ops

from kerasgen.backend.typing import Tensor


def bernoulli_nll(images: Tensor, probabilities: Tensor) -> Tensor:
    """Gives -log p(images) for independent Bernoulli pixels.

    Args:
        images: (batch, height, width, channels) in [0, 1]; gray values count as expected bits.
        probabilities: likewise.

    Returns:
        (batch,)
    """
    p = ops.clip(probabilities, 1e-6, 1.0 - 1e-6)
    return -_sum(images * ops.log(p) + (1.0 - images) * ops.log(1.0 - p))


def gaussian_nll(images: Tensor, mean: Tensor, scale: float | Tensor) -> Tensor:
    """Gives -log p(images) for independent Gaussian pixels of standard deviation `scale`; a density, so it may be negative.

    Args:
        images: (batch, height, width, channels).
        mean: likewise.
        scale: a positive number, or a tensor that broadcasts to the images.

    Returns:
        (batch,)
    """
    squares = ops.square((images - mean) / scale)
    log_scale = math.log(scale) if isinstance(scale, (int, float)) else ops.log(scale)
    return 0.5 * _sum(squares + (2.0 * log_scale + math.log(2.0 * math.pi)))


def absolute_error(images: Tensor, others: Tensor) -> Tensor:
    """Gives the mean absolute difference of two batches of images: a scalar."""
    return ops.mean(ops.abs(images - others))


def _sum(values: Tensor) -> Tensor:
    return ops.sum(values, axis=(1, 2, 3))

"""How far images are from what they should be: negative log-likelihoods (one value an image, in nats) and L1."""

import math

from keras import ops


def bernoulli_nll(images, probabilities):
    """-log p(images) for independent Bernoulli pixels.

    Args:
        images, probabilities: (batch, height, width, channels) in [0, 1]; gray values count as expected bits.

    Returns:
        (batch,)
    """
    p = ops.clip(probabilities, 1e-6, 1.0 - 1e-6)
    return -_sum(images * ops.log(p) + (1.0 - images) * ops.log(1.0 - p))


def gaussian_nll(images, mean, scale):
    """-log p(images) for independent Gaussian pixels of standard deviation `scale`; a density, so it may be negative.

    Args:
        images, mean: (batch, height, width, channels).
        scale: a positive number, or a tensor that broadcasts to the images.

    Returns:
        (batch,)
    """
    squares = ops.square((images - mean) / scale)
    log_scale = math.log(scale) if isinstance(scale, (int, float)) else ops.log(scale)
    return 0.5 * _sum(squares + (2.0 * log_scale + math.log(2.0 * math.pi)))


def absolute_error(images, others):
    """The mean absolute difference of two batches of images: a scalar."""
    return ops.mean(ops.abs(images - others))


def _sum(values):
    return ops.sum(values, axis=(1, 2, 3))

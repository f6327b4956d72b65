"""Divergences between distributions of codes."""

import math

from keras import ops


def kl_to_standard_normal(mean, log_variance):
    """KL(N(mean, exp(log_variance)) || N(0, I)) in nats.

    Args:
        mean, log_variance: (batch, latent_dim).

    Returns:
        (batch, latent_dim): one value a dimension. Kingma and Welling 2014 (arXiv:1312.6114), appendix B.
    """
    return 0.5 * (ops.square(mean) + ops.exp(log_variance) - 1.0 - log_variance)


def minibatch_total_correlation(mean, log_variance, z):
    """KL(q(z) || prod_j q(z_j)), q(z) being the mixture of the minibatch's posteriors; averaged over z.

    Args:
        mean, log_variance, z: (batch, latent_dim); z[i] is drawn from posterior i.

    Returns:
        A scalar in nats. Chen et al. 2018 (arXiv:1802.04942), appendix C, up to a constant that depends on the number of
        training images alone.
    """
    difference = ops.expand_dims(z, 1) - ops.expand_dims(mean, 0)  # (batch of z, batch of posteriors, latent_dim)
    densities = -0.5 * (ops.square(difference) * ops.exp(-log_variance) + log_variance + math.log(2.0 * math.pi))
    count = ops.log(ops.cast(ops.shape(z)[0], "float32"))
    joint = ops.logsumexp(ops.sum(densities, axis=2), axis=1) - count
    marginals = ops.sum(ops.logsumexp(densities, axis=1) - count, axis=1)
    return ops.mean(joint - marginals)


def covariance_penalty(mean, variances, off_diagonal, diagonal):
    """off_diagonal sum_{i != j} C_ij^2 + diagonal sum_i (C_ii - 1)^2 for the batch's covariance C of `mean`.

    Args:
        mean: (batch, latent_dim).
        variances: (latent_dim,) added to the diagonal of C, or None.

    Returns:
        A scalar. Kumar et al. 2018 (arXiv:1711.00848), equations 6 (DIP-VAE-I, `variances` None) and 7 (DIP-VAE-II).
    """
    centered = mean - ops.mean(mean, axis=0)
    covariance = ops.matmul(ops.transpose(centered), centered) / ops.cast(ops.shape(mean)[0], "float32")
    on_diagonal = ops.diagonal(covariance)
    off = ops.sum(ops.square(covariance)) - ops.sum(ops.square(on_diagonal))
    if variances is not None:
        on_diagonal = on_diagonal + variances
    return off_diagonal * off + diagonal * ops.sum(ops.square(on_diagonal - 1.0))

"""Divergences between distributions of codes."""

from __future__ import annotations

import math

from keras import ops

from kerasgen.backend.typing import Tensor


def kl_to_standard_normal(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Gives KL(N(mean, exp(log_variance)) || N(0, I)) in nats.

    Args:
        mean: (batch, latent_dim).
        log_variance: (batch, latent_dim).

    Returns:
        (batch, latent_dim): one value a dimension. Kingma and Welling 2014 (arXiv:1312.6114), appendix B.
    """
    return 0.5 * (ops.square(mean) + ops.exp(log_variance) - 1.0 - log_variance)


def minibatch_total_correlation(mean: Tensor, log_variance: Tensor, z: Tensor) -> Tensor:
    """Gives KL(q(z) || prod_j q(z_j)), q(z) being the mixture of the minibatch's posteriors; averaged over z.

    Args:
        mean: (batch, latent_dim), of the posteriors.
        log_variance: (batch, latent_dim), of the posteriors.
        z: (batch, latent_dim); z[i] is a sample of posterior i.

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


def covariance_penalty(mean: Tensor, variances: Tensor | None, off_diagonal: float, diagonal: float) -> Tensor:
    """Gives off_diagonal sum_{i != j} C_ij^2 + diagonal sum_i (C_ii - 1)^2 for the batch's covariance C of `mean`.

    Args:
        mean: (batch, latent_dim).
        variances: (latent_dim,) added to the diagonal of C, or None.
        off_diagonal: weight of the squared covariances.
        diagonal: weight of the squared differences of the variances from 1.

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


def maximum_mean_discrepancy(x: Tensor, y: Tensor) -> Tensor:
    """Gives the squared MMD between two samples under the kernel k(a, b) = exp(-|a - b|^2 / (2 latent_dim)).

    Args:
        x: (n, latent_dim).
        y: (m, latent_dim).

    Returns:
        A scalar in [0, 2]. Gretton et al. 2012 (JMLR 13), equation 5: the mean of k over the pairs within `x` and within `y`,
        less twice that across. The width is the median distance's under N(0, I), nearly.
    """

    def mean_kernel(a: Tensor, b: Tensor) -> Tensor:
        difference = ops.expand_dims(a, 1) - ops.expand_dims(b, 0)  # (n, m, latent_dim)
        return ops.mean(ops.exp(-0.5 * ops.mean(ops.square(difference), axis=2)))

    return mean_kernel(x, x) + mean_kernel(y, y) - 2.0 * mean_kernel(x, y)

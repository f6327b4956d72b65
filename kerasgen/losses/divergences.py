"""Divergences between distributions of codes."""

from keras import ops


def kl_to_standard_normal(mean, log_variance):
    """KL(N(mean, exp(log_variance)) || N(0, I)) in nats.

    Args:
        mean, log_variance: (batch, latent_dim).

    Returns:
        (batch, latent_dim): one value a dimension. Kingma and Welling 2014 (arXiv:1312.6114), appendix B.
    """
    return 0.5 * (ops.square(mean) + ops.exp(log_variance) - 1.0 - log_variance)

"""Statistics of the codes of a data set."""

from __future__ import annotations

import numpy as np

from kerasgen.latent.posterior import code_kl
from kerasgen.metrics.factors import check_codes
from kerasgen.models.vae_base import BaseVAE


def order_by_kl(model: BaseVAE, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gives the dimensions of a VAE's code, the most used first, and the KL of each.

    Returns:
        Indices (latent_dim,) and the mean KL(q(z_j|x) || N(0, 1)) over the images in that order, nats.
    """
    cost = code_kl(*model.encode_distribution(images)).mean(axis=0)
    order = np.argsort(cost)[::-1]
    return order, cost[order]


def code_correlation(codes: np.ndarray) -> np.ndarray:
    """Gives the correlation matrix of codes (n, latent_dim); a constant dimension correlates with no other."""
    codes = check_codes(codes)
    deviations = codes.std(axis=0)
    standard = (codes - codes.mean(axis=0)) / np.where(deviations > 0, deviations, 1.0)
    matrix = standard.T @ standard / len(codes)
    np.fill_diagonal(matrix, 1.0)
    return matrix

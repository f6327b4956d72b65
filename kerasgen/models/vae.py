"""The variational autoencoder of Kingma and Welling 2014, "Auto-Encoding Variational Bayes" (arXiv:1312.6114)."""

from __future__ import annotations

import keras
from keras import ops

from kerasgen.backend.typing import Tensor, Values
from kerasgen.base.hyperparameters import Count, NotNegative
from kerasgen.losses.divergences import kl_to_standard_normal
from kerasgen.models.vae_base import BaseVAE


@keras.saving.register_keras_serializable("kerasgen")
class VAE(BaseVAE):
    """Maximizes E_q[log p(x|z)] - beta KL(q(z|x) || N(0, I)), equation 3 for beta = 1.

    Args:
        further arguments: as `BaseVAE`.
        beta: weight of the KL term.
        kl_warmup: optimizer steps over which the weight of the KL term rises from 0 to `beta` (in training only).
        free_bits: nats a dimension that the KL term may cost for free, so that no dimension dies early (Kingma et al. 2016,
            arXiv:1606.04934, equation 15; in training only).
    """

    beta: NotNegative = 1.0
    kl_warmup: Count = 0
    free_bits: NotNegative = 0.0

    def regularizer(self, mean: Tensor, log_variance: Tensor, z: Tensor, training: bool) -> Values:
        a_dimension = ops.mean(kl_to_standard_normal(mean, log_variance), axis=0)  # (latent_dim,)
        if training and self.free_bits:
            a_dimension = ops.maximum(a_dimension, self.free_bits)
        return {"kl": (self.kl_weight() if training else self.beta) * ops.sum(a_dimension)}

    def kl_weight(self) -> float | Tensor:
        """beta, or its part at this step of the warm-up."""
        if not self.kl_warmup:
            return self.beta
        return self.beta * ops.minimum(1.0, ops.cast(self.optimizer.iterations, "float32") / self.kl_warmup)

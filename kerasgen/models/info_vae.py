"""InfoVAE, of Zhao et al. 2019, "Balancing Learning and Inference in Variational Autoencoders" (arXiv:1706.02262)."""

from __future__ import annotations

import keras
from keras import ops

from kerasgen.backend.typing import Tensor, Values
from kerasgen.base.hyperparameters import NotNegative
from kerasgen.losses.divergences import maximum_mean_discrepancy
from kerasgen.models.vae_base import BaseVAE


@keras.saving.register_keras_serializable("kerasgen")
class InfoVAE(BaseVAE):
    """Minimizes reconstruction + (1 - alpha) KL(q(z|x) || p(z)) + (alpha + lambda - 1) MMD(q(z), p(z)), equation 6.

    The MMD compares the codes of a batch with as many drawn from N(0, I), so that codes may keep what they know of the image.

    Args:
        kl_weight: 1 - alpha; 0 is the MMD-VAE.
        mmd_weight: alpha + lambda - 1.
        further arguments: as `BaseVAE`.
    """

    regularizer_terms = ("kl", "mmd")

    kl_weight: NotNegative = 0.0
    mmd_weight: NotNegative = 1000.0

    def regularizer(self, mean: Tensor, log_variance: Tensor, z: Tensor, training: bool) -> Values:
        mmd = maximum_mean_discrepancy(z, self.normal(ops.shape(z)[0], self.latent_dim))
        return {"kl": self.kl_weight * self.kl(mean, log_variance), "mmd": self.mmd_weight * mmd}

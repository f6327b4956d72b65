"""Variational autoencoders whose codes fall apart into factors: one regularizer each."""

from __future__ import annotations

from typing import Literal

import keras
from keras import ops

from kerasgen.backend.typing import Batch, Tensor, Values
from kerasgen.base.hyperparameters import NotNegative, Positive
from kerasgen.base.phase import Phase
from kerasgen.losses.adversarial import cross_entropy
from kerasgen.losses.divergences import covariance_penalty, minibatch_total_correlation
from kerasgen.models.vae_base import BaseVAE
from kerasgen.networks.dense import head_layers, hidden_layers


@keras.saving.register_keras_serializable("kerasgen")
class BetaVAE(BaseVAE):
    """beta-VAE (Higgins et al. 2017, ICLR, equation 4): beta KL(q(z|x) || N(0, I)) with beta over 1.

    Takes the arguments of `BaseVAE`.
        beta: weight of the KL term.
    """

    beta: NotNegative = 4.0

    def regularizer(self, mean: Tensor, log_variance: Tensor, z: Tensor, training: bool) -> Values:
        return {"kl": self.beta * self.kl(mean, log_variance)}


@keras.saving.register_keras_serializable("kerasgen")
class BetaTCVAE(BaseVAE):
    """beta-TCVAE (Chen et al. 2018, arXiv:1802.04942, equation 4 with alpha = gamma = 1): KL + (beta - 1) TC(z).

    The total correlation TC = KL(q(z) || prod_j q(z_j)) is estimated within the minibatch.

    Takes the arguments of `BaseVAE`.
        beta: weight of the total correlation.
    """

    regularizer_terms = ("kl", "total_correlation")

    beta: NotNegative = 6.0

    def regularizer(self, mean: Tensor, log_variance: Tensor, z: Tensor, training: bool) -> Values:
        total_correlation = minibatch_total_correlation(mean, log_variance, z)
        return {"kl": self.kl(mean, log_variance), "total_correlation": (self.beta - 1.0) * total_correlation}


@keras.saving.register_keras_serializable("kerasgen")
class DIPVAE(BaseVAE):
    """DIP-VAE (Kumar et al. 2018, arXiv:1711.00848, equations 6 and 7): the codes' covariance is drawn to the identity.

    Takes the arguments of `BaseVAE`.
        variant: "i", the covariance of the means, or "ii", that of the sampled codes: plus the mean variance of q(z|x).
        off_diagonal: weight of the squared covariances.
        diagonal: weight of the squared distances of the variances from 1.
    """

    regularizer_terms = ("kl", "covariance")

    variant: Literal["i", "ii"] = "ii"
    off_diagonal: NotNegative = 10.0
    diagonal: NotNegative = 10.0

    def regularizer(self, mean: Tensor, log_variance: Tensor, z: Tensor, training: bool) -> Values:
        variances = ops.mean(ops.exp(log_variance), axis=0) if self.variant == "ii" else None
        return {
            "kl": self.kl(mean, log_variance),
            "covariance": covariance_penalty(mean, variances, self.off_diagonal, self.diagonal),
        }


@keras.saving.register_keras_serializable("kerasgen")
class FactorVAE(BaseVAE):
    """FactorVAE (Kim and Mnih 2018, arXiv:1802.05983, algorithm 2): KL + gamma TC(z), told by a discriminator.

    The discriminator learns to tell codes from codes whose dimensions were shuffled over the batch, each for itself; its
    logit estimates the density ratio in TC. Both phases see one batch where the paper draws two.

    Takes the arguments of `BaseVAE`.
        gamma: weight of the total correlation.
        discriminator_hidden: widths of the discriminator's layers.
    """

    regularizer_terms = ("kl", "total_correlation")

    gamma: NotNegative = 10.0
    discriminator_hidden: tuple[Positive, ...] = (1000,) * 6

    def build_networks(self) -> None:
        super().build_networks()
        with keras.name_scope("discriminator"):
            codes = keras.Input((self.latent_dim,), name="z")
            logit = head_layers(hidden_layers(codes, self.discriminator_hidden), {"logit": 1})
            self.discriminator = keras.Model(codes, logit, name="discriminator")

    def make_phases(self) -> tuple[Phase, ...]:
        return (
            *super().make_phases(),
            Phase("discriminator", (self.discriminator,), self.discriminator_terms, ("discriminator",)),
        )

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        return {"vae": keras.optimizers.Adam(1e-3), "discriminator": keras.optimizers.Adam(1e-4, beta_1=0.5)}

    def regularizer(self, mean: Tensor, log_variance: Tensor, z: Tensor, training: bool) -> Values:
        total_correlation = ops.mean(self.discriminator(z, training=training))
        return {"kl": self.kl(mean, log_variance), "total_correlation": self.gamma * total_correlation}

    def discriminator_terms(self, batch: Batch, training: bool) -> Values:
        """Gives the cross-entropy of telling codes from codes whose dimensions were shuffled over the batch."""
        mean, log_variance = self.encoder(batch[0], training=training)
        z = ops.stop_gradient(self.reparameterize(mean, log_variance))
        keys = self.normal(ops.shape(z)[0], self.latent_dim)
        shuffled = ops.take_along_axis(z, ops.argsort(keys, axis=0), axis=0)
        return {
            "discriminator": cross_entropy(
                self.discriminator(z, training=training), self.discriminator(shuffled, training=training)
            )
        }

"""Variational autoencoders whose codes fall apart into factors: one regularizer each."""

from __future__ import annotations

import keras
from keras import ops

from kerasgen.base.phase import Phase
from kerasgen.losses.adversarial import cross_entropy
from kerasgen.losses.divergences import covariance_penalty, minibatch_total_correlation
from kerasgen.models.vae_base import BaseVAE
from kerasgen.networks.dense import head_layers, hidden_layers


@keras.saving.register_keras_serializable("kerasgen")
class BetaVAE(BaseVAE):
    """beta-VAE (Higgins et al. 2017, ICLR, equation 4): beta KL(q(z|x) || N(0, I)) with beta over 1.

    Args:
        image_shape, **kwargs: as `BaseVAE`.
        beta: weight of the KL term.
    """

    def __init__(self, image_shape, *, beta=4.0, **kwargs):
        super().__init__(image_shape, **kwargs)
        _check_weights(beta=beta)
        self.beta = beta
        self.assemble()

    def regularizer(self, mean, log_variance, z, training: bool) -> dict:
        return {"kl": self.beta * self.kl(mean, log_variance)}


@keras.saving.register_keras_serializable("kerasgen")
class BetaTCVAE(BaseVAE):
    """beta-TCVAE (Chen et al. 2018, arXiv:1802.04942, equation 4 with alpha = gamma = 1): KL + (beta - 1) TC(z).

    The total correlation TC = KL(q(z) || prod_j q(z_j)) is estimated within the minibatch.

    Args:
        image_shape, **kwargs: as `BaseVAE`.
        beta: weight of the total correlation.
    """

    regularizer_terms = ("kl", "total_correlation")

    def __init__(self, image_shape, *, beta=6.0, **kwargs):
        super().__init__(image_shape, **kwargs)
        _check_weights(beta=beta)
        self.beta = beta
        self.assemble()

    def regularizer(self, mean, log_variance, z, training: bool) -> dict:
        total_correlation = minibatch_total_correlation(mean, log_variance, z)
        return {"kl": self.kl(mean, log_variance), "total_correlation": (self.beta - 1.0) * total_correlation}


@keras.saving.register_keras_serializable("kerasgen")
class DIPVAE(BaseVAE):
    """DIP-VAE (Kumar et al. 2018, arXiv:1711.00848, equations 6 and 7): the codes' covariance is drawn to the identity.

    Args:
        image_shape, **kwargs: as `BaseVAE`.
        variant: "i", the covariance of the means, or "ii", that of the sampled codes: plus the mean variance of q(z|x).
        off_diagonal: weight of the squared covariances.
        diagonal: weight of the squared distances of the variances from 1.
    """

    regularizer_terms = ("kl", "covariance")

    def __init__(self, image_shape, *, variant="ii", off_diagonal=10.0, diagonal=10.0, **kwargs):
        super().__init__(image_shape, **kwargs)
        if variant not in ("i", "ii"):
            raise ValueError(f"variant must be 'i' or 'ii'. Received: {variant!r}.")
        _check_weights(off_diagonal=off_diagonal, diagonal=diagonal)
        self.variant = variant
        self.off_diagonal = off_diagonal
        self.diagonal = diagonal
        self.assemble()

    def regularizer(self, mean, log_variance, z, training: bool) -> dict:
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

    Args:
        image_shape, **kwargs: as `BaseVAE`.
        gamma: weight of the total correlation.
        discriminator_hidden: widths of the discriminator's layers.
    """

    regularizer_terms = ("kl", "total_correlation")

    def __init__(self, image_shape, *, gamma=10.0, discriminator_hidden=(1000,) * 6, **kwargs):
        super().__init__(image_shape, **kwargs)
        _check_weights(gamma=gamma)
        self.gamma = gamma
        self.discriminator_hidden = tuple(discriminator_hidden)
        self.assemble()

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

    def default_optimizers(self) -> dict:
        return {"vae": keras.optimizers.Adam(1e-3), "discriminator": keras.optimizers.Adam(1e-4, beta_1=0.5)}

    def regularizer(self, mean, log_variance, z, training: bool) -> dict:
        total_correlation = ops.mean(self.discriminator(z, training=training))
        return {"kl": self.kl(mean, log_variance), "total_correlation": self.gamma * total_correlation}

    def discriminator_terms(self, batch, training: bool) -> dict:
        mean, log_variance = self.encoder(batch[0], training=training)
        z = ops.stop_gradient(self.reparameterize(mean, log_variance))
        keys = self.normal(ops.shape(z)[0], self.latent_dim)
        shuffled = ops.take_along_axis(z, ops.argsort(keys, axis=0), axis=0)
        return {
            "discriminator": cross_entropy(
                self.discriminator(z, training=training), self.discriminator(shuffled, training=training)
            )
        }


def _check_weights(**weights) -> None:
    negative = {name: value for name, value in weights.items() if value < 0}
    if negative:
        raise ValueError(f"{', '.join(weights)} must not be negative. Received: {negative}.")

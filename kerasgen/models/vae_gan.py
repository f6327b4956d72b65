"""VAE/GAN, of Larsen et al. 2016, "Autoencoding beyond pixels using a learned similarity metric" (arXiv:1512.09300)."""

from __future__ import annotations

import dataclasses

import keras
from keras import ops

from kerasgen.backend.typing import Batch, Tensor, Values
from kerasgen.base.hyperparameters import Count, NotNegative, built
from kerasgen.base.parts import NetworkParts
from kerasgen.base.phase import Phase
from kerasgen.losses.adversarial import LOSSES, pairwise_accuracy
from kerasgen.models.vae import VAE
from kerasgen.networks.adversarial import discriminator
from kerasgen.networks.conv import conv_features


@keras.saving.register_keras_serializable("kerasgen")
class VAEGAN(NetworkParts, VAE):
    """A VAE whose reconstructions are compared by a discriminator's features (equations 6 to 8), and which must deceive it.

    The discriminator tells images from reconstructions and from samples of N(0, I), and learns after the VAE, on the same ones.
    Other than in algorithm 1 the adversarial term reaches the encoder too, and the distance of features is a mean over them.

    Args:
        feature_weight: of half the squared distance of the features, a mean over the features; the paper has their sum.
        pixel_weight: of -E_q[log p(x|z)], which the features replace in the paper.
        adversarial_weight: gamma, of the term of the generator.
        feature_stage: the convolution of the discriminator whose output is compared, from 0.
        further arguments: as `VAE`; `network` is "conv".
    """

    feature_weight: NotNegative = 1000.0
    pixel_weight: NotNegative = 0.0
    adversarial_weight: NotNegative = 1.0
    feature_stage: Count = 1

    discriminator: keras.Model = built()

    def check(self) -> None:
        super().check()
        if self.network != "conv":
            raise ValueError(f"A VAEGAN has convolutions: network must be 'conv'. Received: {self.network!r}.")
        if self.feature_stage >= self.halvings:
            raise ValueError(
                f"feature_stage must be below {self.halvings}, the number of convolutions. Received: {self.feature_stage}."
            )

    def build_networks(self) -> None:
        super().build_networks()
        self.discriminator = discriminator(
            self.image_shape, lambda x: conv_features(x, self.halvings, self.channels, normalize_first=False)
        )

    def make_phases(self) -> tuple[Phase, ...]:
        (vae,) = super().make_phases()
        return (
            dataclasses.replace(vae, loss=self.vae_terms, terms=(*vae.terms, "features", "generator")),
            Phase(
                "discriminator",
                (self.discriminator,),
                self.discriminator_terms,
                ("discriminator",),
                monitors=("accuracy",),
                takes=("reconstructions", "samples"),
            ),
        )

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        return {phase.name: keras.optimizers.RMSprop(3e-4) for phase in self.phases}

    # ---- losses ------------------------------------------------------------------------------------------------

    def vae_terms(self, batch: Batch, training: bool) -> Values:
        """Gives the terms of the VAE, those that the discriminator judges by, weighted, and the images that it judges."""
        images, targets = batch[0], batch[-1]
        mean, log_variance = self.encoder(images, training=training)[:2]
        z = self.reparameterize(mean, log_variance)
        reconstructions = self.decoder(z, training=training)
        samples = self.decoder(self.normal(ops.shape(z)[0], self.latent_dim), training=training)
        _, wanted = self._judge(targets, training)
        logits, features = self._judge(reconstructions, training)
        distance = 0.5 * ops.mean(ops.square(features - ops.stop_gradient(wanted)))
        adversarial = LOSSES["non_saturating"].generator
        deceived = 0.5 * (adversarial(None, logits) + adversarial(None, self._judge(samples, training)[0]))
        return {
            "reconstruction": self.pixel_weight * ops.mean(self.reconstruction_nll(targets, reconstructions)),
            **self.regularizer(mean, log_variance, z, training),
            "features": self.feature_weight * distance,
            "generator": self.adversarial_weight * deceived,
            "reconstructions": reconstructions,
            "samples": samples,
        }

    def discriminator_terms(self, batch: Batch, training: bool, reconstructions: Tensor, samples: Tensor) -> Values:
        """Gives the cross-entropy of telling images from reconstructions and samples, half of each, and `accuracy`."""
        real, *fake = (self.discriminator(x, training=training) for x in (batch[-1], reconstructions, samples))
        loss = LOSSES["non_saturating"].discriminator
        return {
            "discriminator": 0.5 * sum(loss(real, logits) for logits in fake),
            "accuracy": 0.5 * sum(pairwise_accuracy(real, logits) for logits in fake),
        }

    def _judge(self, images: Tensor, training: bool) -> tuple[Tensor, Tensor]:
        """Logits (batch, 1) and the features, float32."""

        def make() -> keras.Model:
            network = self.discriminator
            return keras.Model(network.input, [network.output, network.get_layer(f"act_{self.feature_stage}").output])

        logits, features = self.part(self.discriminator, "with features", make)(images, training=training)
        return logits, ops.cast(features, "float32")

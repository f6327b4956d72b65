"""The debiasing VAE of Amini et al. 2019, "Uncovering and Mitigating Algorithmic Bias through Learned Latent Structure"."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops
from scipy.special import expit

from kerasgen.base.phase import Phase
from kerasgen.models.vae_base import BaseVAE


@keras.saving.register_keras_serializable("kerasgen")
class DebiasingVAE(BaseVAE):
    """A classifier that learns the latent structure of its positive class: -log p(y|x) + y (reconstruction + KL), equation 2.

    The encoder's third output is the class's logit. Images of label 0 give the decoder no gradient. Train it with
    `callbacks.AdaptiveResampling`, which shows rare positives more often.

    Args:
        image_shape, **kwargs: as `BaseVAE`.
        reconstruction_weight, kl_weight: of the two terms for positives, per image in nats.
    """

    requires_labels = True

    def __init__(self, image_shape, *, reconstruction_weight=0.002, kl_weight=0.002, **kwargs):
        super().__init__(image_shape, **kwargs)
        if reconstruction_weight < 0 or kl_weight < 0:
            raise ValueError(f"The weights must not be negative. Received: {reconstruction_weight=}, {kl_weight=}.")
        self.reconstruction_weight = reconstruction_weight
        self.kl_weight = kl_weight
        self.assemble()

    @property
    def encoder_heads(self) -> dict[str, int]:
        return {**super().encoder_heads, "logit": 1}

    def make_phases(self) -> tuple[Phase, ...]:
        (vae,) = super().make_phases()
        return (Phase("vae", vae.networks, self.terms, ("classification", "reconstruction", *self.regularizer_terms)),)

    def terms(self, batch, training: bool) -> dict:
        """The three terms; labels (batch,) are 1 for the positive class and 0 for others."""
        images, labels = batch
        labels = ops.cast(labels, "float32")
        mean, log_variance, logit = self.encoder(images, training=training)
        outputs = self.decoder(self.reparameterize(mean, log_variance), training=training)
        logit = ops.squeeze(logit, axis=-1)
        positive = labels[:, None]  # the code of an image of label 0 becomes the prior, which costs nothing
        return {
            "classification": ops.mean(ops.softplus(logit) - labels * logit),
            "reconstruction": self.reconstruction_weight * ops.mean(labels * self.reconstruction_nll(images, outputs)),
            **self.regularizer(positive * mean, positive * log_variance, None, training),
        }

    def regularizer(self, mean, log_variance, z, training: bool) -> dict:
        return {"kl": self.kl_weight * self.kl(mean, log_variance)}

    def classify(self, x, batch_size: int = 64) -> np.ndarray:
        """The probability of the positive class: images (n, height, width, channels) in [0, 1] or uint8 to (n,)."""
        return expit(self.run_encoder(x, batch_size)[2][:, 0])

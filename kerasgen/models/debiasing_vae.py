"""The debiasing VAE of Amini et al. 2019, "Uncovering and Mitigating Algorithmic Bias through Learned Latent Structure"."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops
from scipy.special import expit

from kerasgen.backend.typing import Array, Batch, Tensor, Values
from kerasgen.base.checks import TrainingData
from kerasgen.base.hyperparameters import NotNegative
from kerasgen.base.phase import Phase
from kerasgen.models.vae_base import BaseVAE


@keras.saving.register_keras_serializable("kerasgen")
class DebiasingVAE(BaseVAE):
    """A classifier that learns the latent structure of its positive class: -log p(y|x) + y (reconstruction + KL), equation 2.

    The encoder's third output is the class's logit. Images of label 0 give the decoder no gradient. Train it with
    `callbacks.AdaptiveResampling`, which shows rare positives more often.

    Takes the arguments of `BaseVAE`.
        reconstruction_weight, kl_weight: of the two terms for positives, per image in nats.
    """

    requires_labels = True

    reconstruction_weight: NotNegative = 0.002
    kl_weight: NotNegative = 0.002

    @property
    def training_data(self) -> TrainingData:
        return TrainingData(self.image_shape, labels=2)

    @property
    def encoder_heads(self) -> dict[str, int]:
        return {**super().encoder_heads, "logit": 1}

    def make_phases(self) -> tuple[Phase, ...]:
        (vae,) = super().make_phases()
        return (Phase("vae", vae.networks, self.terms, ("classification", "reconstruction", *self.regularizer_terms)),)

    def terms(self, batch: Batch, training: bool) -> Values:
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

    def regularizer(self, mean: Tensor, log_variance: Tensor, z: Tensor, training: bool) -> Values:
        return {"kl": self.kl_weight * self.kl(mean, log_variance)}

    def classify(self, x: Array, batch_size: int = 64) -> np.ndarray:
        """The probability of the positive class: images (n, height, width, channels) in [0, 1] or uint8 to (n,)."""
        return expit(self.run_encoder(x, batch_size)[2][:, 0])

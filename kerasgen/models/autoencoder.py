"""The autoencoder, plain (Hinton and Salakhutdinov 2006, Science 313) or denoising (Vincent et al. 2008, ICML)."""

from __future__ import annotations

import keras
from keras import ops

from kerasgen.backend.typing import Batch, Values
from kerasgen.base.hyperparameters import NotNegative
from kerasgen.base.phase import Phase
from kerasgen.models.autoencoder_base import BaseAutoencoder


@keras.saving.register_keras_serializable("kerasgen")
class Autoencoder(BaseAutoencoder):
    """Minimizes the squared error of images that went through a code of `latent_dim` numbers.

    Args:
        further arguments: as `BaseAutoencoder`.
        noise: standard deviation of the Gaussian noise that training adds to the input, not to the target: 0 is plain.
    """

    noise: NotNegative = 0.0

    def make_phases(self) -> tuple[Phase, ...]:
        return (Phase("autoencoder", (self.encoder, self.decoder), self.squared_error, ("reconstruction",)),)

    def default_optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        return {"autoencoder": keras.optimizers.Adam(1e-3)}

    def squared_error(self, batch: Batch, training: bool) -> Values:
        """Mean over pixels and batch of (y - decoder(encoder(x + noise)))^2, y being x where there are no targets."""
        inputs, targets = batch[0], batch[-1]
        if training and self.noise:
            inputs = inputs + self.noise * self.normal(*ops.shape(inputs))
        outputs = self.decoder(self.encoder(inputs, training=training), training=training)
        return {"reconstruction": ops.mean(ops.square(targets - outputs))}

"""The autoencoder, plain (Hinton and Salakhutdinov 2006, Science 313) or denoising (Vincent et al. 2008, ICML)."""

from __future__ import annotations

import keras
from keras import ops

from kerasgen.autoencoding import Autoencoding
from kerasgen.model import GenerativeModel, Phase
from kerasgen.networks.autoencoder import check_autoencoder, encoder_and_decoder


@keras.saving.register_keras_serializable("kerasgen")
class Autoencoder(Autoencoding, GenerativeModel):
    """Minimises the squared error of images that went through a code of `latent_dim` numbers.

    Args:
        image_shape: (height, width, channels).
        latent_dim: size of the code.
        network: "conv" or "dense"; `channels`, `hidden` and `normalise` as `encoder_and_decoder` takes them.
        noise: standard deviation of the Gaussian noise that training adds to the input, not to the target: 0 is plain.
        seed: of that noise.
    """

    def __init__(self, image_shape, *, latent_dim=16, network="conv", channels=32, hidden=(256,), normalise=True, noise=0.0,
                 seed=0, **kwargs):
        super().__init__(**kwargs)
        check_autoencoder(network, image_shape, latent_dim, channels, hidden)
        if noise < 0:
            raise ValueError(f"noise must not be negative. Received: {noise}.")
        self.image_shape = tuple(image_shape)
        self.latent_dim = latent_dim
        self.network = network
        self.channels = channels
        self.hidden = tuple(hidden)
        self.normalise = normalise
        self.noise = noise
        self.seed = seed
        self.assemble()

    def build_networks(self) -> None:
        self.encoder, self.decoder = encoder_and_decoder(
            self.network, self.image_shape, self.latent_dim, {"code": self.latent_dim}, channels=self.channels,
            hidden=self.hidden, normalise=self.normalise)

    def make_phases(self) -> tuple[Phase, ...]:
        return (Phase("autoencoder", (self.encoder, self.decoder), self.squared_error, ("reconstruction",)),)

    def default_optimizers(self) -> dict:
        return {"autoencoder": keras.optimizers.Adam(1e-3)}

    def squared_error(self, batch, training: bool) -> dict:
        """Mean over pixels and batch of (x - decoder(encoder(x + noise)))^2."""
        images = inputs = batch[0]
        if training and self.noise:
            inputs = images + self.noise * self.normal(*ops.shape(images))
        outputs = self.decoder(self.encoder(inputs, training=training), training=training)
        return {"reconstruction": ops.mean(ops.square(images - outputs))}

"""What all autoencoders share, variational or not: images to codes and back."""

from __future__ import annotations

import keras
import numpy as np

from kerasgen.base.model import GenerativeModel
from kerasgen.base.prediction import predict
from kerasgen.images import to_float
from kerasgen.images.check import check_images
from kerasgen.models.latent_base import LatentDecoder
from kerasgen.networks.autoencoder import check_autoencoder, encoder_and_decoder


class BaseAutoencoder(LatentDecoder, GenerativeModel):
    """Abstract base of models with networks `encoder`, whose first output is the code, and `decoder`.

    A variant's constructor stores its own arguments and ends with `self.assemble()`.

    Args:
        image_shape: (height, width, channels); for "conv" square, 4..7 times a power of two.
        latent_dim: size of the code.
        network: "conv" or "dense"; `channels`, `hidden`, `normalize` and `activation` as `encoder_and_decoder` takes
            them.
        seed: of the training noise.
    """

    encoder: keras.Model
    decoder: keras.Model

    def __init__(
        self,
        image_shape,
        *,
        latent_dim=64,
        network="conv",
        channels=32,
        hidden=(),
        normalize=True,
        activation="leaky_relu",
        seed=0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        check_autoencoder(network, image_shape, latent_dim, channels, hidden, activation)
        self.image_shape = tuple(image_shape)
        self.latent_dim = latent_dim
        self.network = network
        self.channels = channels
        self.hidden = tuple(hidden)
        self.normalize = normalize
        self.activation = activation
        self.seed = seed

    @property
    def encoder_heads(self) -> dict[str, int]:
        """The encoder's outputs and their sizes, the code first."""
        return {"code": self.latent_dim}

    def build_networks(self) -> None:
        self.encoder, self.decoder = encoder_and_decoder(
            self.network,
            self.image_shape,
            self.latent_dim,
            self.encoder_heads,
            channels=self.channels,
            hidden=self.hidden,
            normalize=self.normalize,
            activation=self.activation,
        )

    @property
    def decoder_network(self) -> keras.Model:
        return self.decoder

    def call(self, images, training=False):
        """The image of the code: (batch, height, width, channels)."""
        return self.decoder(keras.tree.flatten(self.encoder(images, training=training))[0], training=training)

    def run_encoder(self, x, batch_size: int = 64) -> list[np.ndarray]:
        """All outputs of the encoder, float32, for images (n, height, width, channels) in [0, 1] or uint8."""
        x = keras.ops.convert_to_numpy(x)
        check_images(x, self.image_shape)
        outputs = predict(self.ema_network(self.encoder), to_float(x), batch_size)
        return outputs if isinstance(outputs, list) else [outputs]

    def encode(self, x, batch_size: int = 64) -> np.ndarray:
        """Images (n, height, width, channels) in [0, 1] or uint8 to codes (n, latent_dim); a VAE's are the means."""
        return self.run_encoder(x, batch_size)[0]

    def reconstruct(self, x, batch_size: int = 64) -> np.ndarray:
        """`decode(encode(x))`: (n, height, width, channels) float32 in [0, 1]."""
        return self.decode(self.encode(x, batch_size), batch_size)

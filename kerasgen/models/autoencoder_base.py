"""What all autoencoders share, variational or not: images to codes and back."""

from __future__ import annotations

from typing import Literal

import keras
import numpy as np

from kerasgen.backend.typing import Array, Tensor
from kerasgen.base.checks import TrainingData
from kerasgen.base.hyperparameters import Positive, built
from kerasgen.base.prediction import predict_all
from kerasgen.images import to_float
from kerasgen.images.check import check_images
from kerasgen.models.latent_base import LatentDecoder
from kerasgen.networks.autoencoder import encoder_and_decoder
from kerasgen.networks.conv import stages


class BaseAutoencoder(LatentDecoder):
    """Abstract base of models with networks `encoder`, whose first output is the code, and `decoder`.

    `fit(x)` reconstructs x. `fit(x, y)` with images y, as noisy x and clean y, makes y of x.

    Args:
        image_shape: (height, width, channels); for "conv" the shorter side is 4..7 times a power of two, the longer a multiple
            of that power.
        latent_dim: size of the code.
        network: "conv" or "dense"; `channels`, `hidden`, `normalize` and `activation` as `encoder_and_decoder` takes
            them.
        seed: of the training noise.
    """

    network: Literal["conv", "dense"] = "conv"
    channels: Positive = 32
    hidden: tuple[Positive, ...] = ()
    normalize: bool = True
    activation: Literal["leaky_relu", "relu"] = "leaky_relu"

    encoder: keras.Model = built()
    decoder: keras.Model = built()

    @property
    def halvings(self) -> int:
        return stages(self.image_shape) if self.network == "conv" else 0

    def check(self) -> None:
        super().check()
        if self.network == "conv":
            stages(self.image_shape)

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
    def training_data(self) -> TrainingData:
        return TrainingData(self.image_shape, targets=self.image_shape)

    @property
    def decoder_network(self) -> keras.Model:
        return self.decoder

    def call(self, images: Tensor, training: bool = False) -> Tensor:
        """The image of the code: (batch, height, width, channels)."""
        return self.decoder(keras.tree.flatten(self.encoder(images, training=training))[0], training=training)

    def run_encoder(self, x: Array, batch_size: int = 64) -> list[np.ndarray]:
        """All outputs of the encoder, float32, for images (n, height, width, channels) in [0, 1] or uint8."""
        x = keras.ops.convert_to_numpy(x)
        check_images(x, self.image_shape)
        return predict_all(self.ema_network(self.encoder), to_float(x), batch_size)

    def encode(self, x: Array, batch_size: int = 64) -> np.ndarray:
        """Images (n, height, width, channels) in [0, 1] or uint8 to codes (n, latent_dim); a VAE's are the means."""
        return self.run_encoder(x, batch_size)[0]

    def reconstruct(self, x: Array, batch_size: int = 64) -> np.ndarray:
        """`decode(encode(x))`: (n, height, width, channels) float32 in [0, 1]."""
        return self.decode(self.encode(x, batch_size), batch_size)

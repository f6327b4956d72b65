"""Images to codes and back."""

from __future__ import annotations

import keras
import numpy as np

from kerasgen.batching import predict
from kerasgen.data.check import check_images
from kerasgen.images import to_float
from kerasgen.latent import LatentDecoder


class Autoencoding(LatentDecoder):
    """Mixin of models with networks `encoder`, whose first output is the code, and `decoder`."""

    encoder: keras.Model
    decoder: keras.Model

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
        outputs = predict(self.averaged(self.encoder), to_float(x), batch_size)
        return outputs if isinstance(outputs, list) else [outputs]

    def encode(self, x, batch_size: int = 64) -> np.ndarray:
        """Images (n, height, width, channels) in [0, 1] or uint8 to codes (n, latent_dim); a VAE's are the means."""
        return self.run_encoder(x, batch_size)[0]

    def reconstruct(self, x, batch_size: int = 64) -> np.ndarray:
        """`decode(encode(x))`: (n, height, width, channels) float32 in [0, 1]."""
        return self.decode(self.encode(x, batch_size), batch_size)

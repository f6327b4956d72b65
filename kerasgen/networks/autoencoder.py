"""An encoder and a decoder that mirror each other, convolutional or dense."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from kerasgen.networks.conv import conv_down, conv_up
from kerasgen.networks.dense import dense_down, dense_up


def encoder_and_decoder(
    network: str,
    image_shape: tuple[int, int, int],
    latent_dim: int,
    heads: dict[str, int],
    *,
    channels: int,
    hidden: Sequence[int],
    normalize: bool,
    activation: str,
) -> tuple[keras.Model, keras.Model]:
    """Gives an encoder, images to one vector a head, and a decoder, codes (batch, latent_dim) to images.

    Args:
        network: "conv" (`channels` at the largest resolution, doubled at each halving, then dense layers of the widths
            `hidden`) or "dense" (`hidden` alone).
        image_shape: (height, width, channels).
        latent_dim: size of the code.
        heads: names of the encoder's outputs and their sizes.
        channels: of the first convolution.
        hidden: widths of the encoder's dense layers; the decoder has them in reverse.
        normalize: BatchNorm after the convolutions.
        activation: of the dense layers, "leaky_relu" (slope 0.2) or "relu"; convolutions have the former.
    """
    if network == "dense":
        return (
            dense_down("encoder", image_shape, hidden, heads, activation),
            dense_up("decoder", latent_dim, image_shape, hidden, activation),
        )
    return (
        conv_down("encoder", image_shape, channels, heads, hidden=hidden, normalize=normalize, activation=activation),
        conv_up("decoder", latent_dim, image_shape, channels, hidden=hidden, normalize=normalize, activation=activation),
    )

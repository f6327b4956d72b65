"""An encoder and a decoder that mirror each other, convolutional or dense."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from kerasgen.networks.conv import conv_down, conv_up, stages
from kerasgen.networks.dense import dense_down, dense_up

NETWORKS = ("conv", "dense")
ACTIVATIONS = ("leaky_relu", "relu")


def encoder_and_decoder(
    network: str,
    image_shape,
    latent_dim: int,
    heads: dict[str, int],
    *,
    channels: int,
    hidden: Sequence[int],
    normalize: bool,
    activation: str,
) -> tuple[keras.Model, keras.Model]:
    """Images to one vector a head, and codes (batch, latent_dim) to images.

    Args:
        network: "conv" (`channels` at the largest resolution, doubled at each halving, then dense layers of the widths
            `hidden`) or "dense" (`hidden` alone).
        normalize: BatchNorm after the convolutions.
        activation: of the dense layers, "leaky_relu" (slope 0.2) or "relu"; convolutions have the former.
    """
    if network == "dense":
        return (
            dense_down("encoder", image_shape, hidden, heads, activation),
            dense_up("decoder", latent_dim, image_shape, hidden, activation),
        )
    options = {"hidden": hidden, "normalize": normalize, "activation": activation}
    return (
        conv_down("encoder", image_shape, channels, heads, **options),
        conv_up("decoder", latent_dim, image_shape, channels, **options),
    )


def check_autoencoder(
    network: str, image_shape, latent_dim: int, channels: int, hidden: Sequence[int], activation: str
) -> None:
    """Raises ValueError for an unknown network or activation, image shapes that it does not take, and sizes under 1."""
    if network not in NETWORKS:
        raise ValueError(f"network must be one of {NETWORKS}. Received: {network!r}.")
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {ACTIVATIONS}. Received: {activation!r}.")
    if network == "conv":
        stages(image_shape)
    elif len(image_shape) != 3 or min(image_shape) < 1:
        raise ValueError(f"image_shape must be (height, width, channels). Received: {image_shape}.")
    if latent_dim < 1 or channels < 1 or min(hidden, default=1) < 1:
        raise ValueError(
            "latent_dim, channels and the widths of hidden layers must be positive. Received: "
            f"{latent_dim=}, {channels=}, {hidden=}."
        )

"""Fully connected networks between images and codes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import keras
from keras import layers

from kerasgen.backend.typing import Initializer, Tensor


def dense_down(
    name: str, image_shape: tuple[int, int, int], hidden: Sequence[int], heads: dict[str, int], activation: str = "leaky_relu"
) -> keras.Model:
    """Maps images (batch, height, width, channels) in [0, 1] to one vector a head, float32, by layers of widths `hidden`."""
    with keras.name_scope(name):
        images = keras.Input(image_shape, name="image")
        x = hidden_layers(layers.Flatten(name="flatten")(images), hidden, activation)
        return keras.Model(images, head_layers(x, heads), name=name)


def dense_up(
    name: str, latent_dim: int, image_shape: tuple[int, int, int], hidden: Sequence[int], activation: str = "leaky_relu"
) -> keras.Model:
    """Maps codes (batch, latent_dim) to images (batch, height, width, channels) in [0, 1], float32; mirrors `dense_down`."""
    with keras.name_scope(name):
        codes = keras.Input((latent_dim,), name="z")
        return keras.Model(codes, dense_images(codes, image_shape, hidden[::-1], activation), name=name)


def dense_images(
    x: Tensor,
    image_shape: tuple[int, int, int],
    hidden: Sequence[int],
    activation: str = "leaky_relu",
    initializer: Initializer = "glorot_uniform",
) -> Tensor:
    """Maps vectors (batch, n) to images (batch, height, width, channels) in [0, 1], float32, by layers of widths `hidden`."""
    x = hidden_layers(x, hidden, activation, initializer)
    x = layers.Dense(math.prod(image_shape), kernel_initializer=initializer, name="to_image")(x)
    x = layers.Reshape(image_shape, name="reshape")(x)  # (batch, height, width, channels)
    return layers.Activation("sigmoid", dtype="float32", name="image")(x)


def hidden_layers(
    x: Tensor, hidden: Sequence[int], activation: str = "leaky_relu", initializer: Initializer = "glorot_uniform"
) -> Tensor:
    """Applies dense layers of the given widths, each with the activation, by Keras's name: (batch, last width)."""
    for index, units in enumerate(hidden):
        x = layers.Dense(units, kernel_initializer=initializer, name=f"hidden_{index}")(x)
        x = layers.Activation(activation, name=f"act_hidden_{index}")(x)
    return x


def head_layers(x: Tensor, heads: dict[str, int], initializer: Initializer = "glorot_uniform") -> Tensor | list[Tensor]:
    """Applies a linear layer a head, float32; a list of them unless there is one."""
    outputs = [
        layers.Dense(units, kernel_initializer=initializer, dtype="float32", name=head)(x) for head, units in heads.items()
    ]
    return outputs if len(outputs) > 1 else outputs[0]

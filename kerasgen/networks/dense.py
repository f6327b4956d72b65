"""Fully connected networks between images and codes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import keras
from keras import layers


def dense_down(name: str, image_shape, hidden: Sequence[int], heads: dict[str, int], activation="leaky_relu") -> keras.Model:
    """Images (batch, height, width, channels) in [0, 1] to one vector a head, float32, through layers of widths `hidden`."""
    with keras.name_scope(name):
        images = keras.Input(image_shape, name="image")
        x = hidden_layers(layers.Flatten(name="flatten")(images), hidden, activation)
        return keras.Model(images, head_layers(x, heads), name=name)


def dense_up(name: str, latent_dim: int, image_shape, hidden: Sequence[int], activation="leaky_relu") -> keras.Model:
    """Codes (batch, latent_dim) to images (batch, height, width, channels) in [0, 1], float32; the mirror of `dense_down`."""
    with keras.name_scope(name):
        codes = keras.Input((latent_dim,), name="z")
        return keras.Model(codes, dense_images(codes, image_shape, reversed(hidden), activation), name=name)


def dense_images(x, image_shape, hidden, activation="leaky_relu", initializer="glorot_uniform"):
    """Vectors (batch, n) to images (batch, height, width, channels) in [0, 1], float32, through layers of widths `hidden`."""
    x = hidden_layers(x, hidden, activation, initializer)
    x = layers.Dense(math.prod(image_shape), kernel_initializer=initializer, name="to_image")(x)
    x = layers.Reshape(image_shape, name="reshape")(x)  # (batch, height, width, channels)
    return layers.Activation("sigmoid", dtype="float32", name="image")(x)


def hidden_layers(x, hidden, activation="leaky_relu", initializer="glorot_uniform"):
    """Dense layers of the given widths, each with the activation, by Keras's name: (batch, last width)."""
    for index, units in enumerate(hidden):
        x = layers.Dense(units, kernel_initializer=initializer, name=f"hidden_{index}")(x)
        x = layers.Activation(activation, name=f"act_hidden_{index}")(x)
    return x


def head_layers(x, heads: dict[str, int], initializer="glorot_uniform"):
    """A linear layer a head, float32; a list of them unless there is one."""
    outputs = [
        layers.Dense(units, kernel_initializer=initializer, dtype="float32", name=head)(x) for head, units in heads.items()
    ]
    return outputs if len(outputs) > 1 else outputs[0]

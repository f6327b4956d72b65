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
        x = hidden_layers(codes, reversed(hidden), activation)
        x = layers.Reshape(image_shape, name="reshape")(layers.Dense(math.prod(image_shape), name="to_image")(x))
        images = layers.Activation("sigmoid", dtype="float32", name="image")(x)  # (batch, height, width, channels)
        return keras.Model(codes, images, name=name)


def hidden_layers(x, hidden, activation="leaky_relu"):
    """Dense layers of the given widths, each with the activation, by Keras's name: (batch, last width)."""
    for index, units in enumerate(hidden):
        x = layers.Activation(activation, name=f"act_hidden_{index}")(layers.Dense(units, name=f"hidden_{index}")(x))
    return x


def head_layers(x, heads: dict[str, int], initializer="glorot_uniform"):
    """A linear layer a head, float32; a list of them unless there is one."""
    outputs = [layers.Dense(units, kernel_initializer=initializer, dtype="float32", name=head)(x)
               for head, units in heads.items()]
    return outputs if len(outputs) > 1 else outputs[0]

"""The two networks of a GAN around a body: what goes in, and what comes out."""

from __future__ import annotations

from collections.abc import Callable

import keras
from keras import layers

from kerasgen.backend.typing import Initializer, Tensor, Wrapper
from kerasgen.layers.one_hot import OneHot


def generator(latent_dim: int, body: Callable[[Tensor], Tensor], num_classes: int = 0) -> keras.Model:
    """Maps codes (batch, latent_dim), and labels (batch,) where there are classes, to `body(vectors)`, images."""
    with keras.name_scope("generator"):
        codes = keras.Input((latent_dim,), name="z")
        if not num_classes:
            return keras.Model(codes, body(codes), name="generator")
        label = keras.Input((), name="label")
        x = layers.Concatenate(name="z_and_label")([codes, OneHot(num_classes, name="one_hot")(label)])
        return keras.Model([codes, label], body(x), name="generator")


def discriminator(
    image_shape: tuple[int, int, int],
    body: Callable[[Tensor], Tensor],
    *,
    wrap: Wrapper | None = None,
    initializer: Initializer = "glorot_uniform",
    num_classes: int = 0,
    projection: bool = False,
) -> keras.Model:
    """Maps images, and labels (batch,) where there are classes, to logits (batch, 1), float32, by the features `body(images)`.

    Labels come in as one plane a class beside the image (Mirza and Osindero 2014, arXiv:1411.1784), or, by `projection`, as
    the product of the features with a vector of the class, added to the logit (Miyato and Koyama 2018, arXiv:1802.05637,
    equation 4).
    """
    wrap = wrap or (lambda layer: layer)
    with keras.name_scope("discriminator"):
        inputs = image = keras.Input(image_shape, name="image")
        if num_classes:
            label = keras.Input((), name="label")
            inputs, one_hot = [image, label], OneHot(num_classes, name="one_hot")(label)
        if num_classes and not projection:
            planes = layers.UpSampling2D(image_shape[:2], name="planes")(layers.Reshape((1, 1, num_classes))(one_hot))
            image = layers.Concatenate(name="image_and_label")([image, planes])
        features = body(image)  # (batch, n)
        logit = wrap(layers.Dense(1, kernel_initializer=initializer, dtype="float32", name="logit"))(features)
        if num_classes and projection:
            vector = wrap(
                layers.Dense(
                    features.shape[-1], use_bias=False, kernel_initializer=initializer, dtype="float32", name="class_vector"
                )
            )(one_hot)
            product = layers.Dot(axes=1, dtype="float32", name="product")([vector, features])  # (batch, 1)
            logit = layers.Add(dtype="float32", name="logit_of_class")([logit, product])
        return keras.Model(inputs, logit, name="discriminator")

"""The generator and the discriminator of Radford, Metz and Chintala 2016 (arXiv:1511.06434)."""

from __future__ import annotations

import keras

from kerasgen.networks.adversarial import discriminator, generator
from kerasgen.networks.conv import conv_features, conv_images, stages

# A config, not an instance: an instance gives layers of one shape the same weights.
NORMAL = {"class_name": "RandomNormal", "config": {"stddev": 0.02}}


def dcgan_networks(image_shape: tuple[int, int, int], latent_dim: int, channels: int) -> tuple[keras.Model, keras.Model]:
    """Gives the discriminator and the generator: strided convolutions with BatchNorm, weights drawn from N(0, 0.02^2).

    Args:
        image_shape: (height, width, channels), as `stages` takes it.
        latent_dim: size of the code.
        channels: of the convolutions at the largest resolution, doubled at each halving.
    """
    return (
        discriminator(
            image_shape,
            lambda x: conv_features(x, stages(image_shape), channels, normalize_first=False, initializer=NORMAL),
            initializer=NORMAL,
        ),
        generator(latent_dim, lambda z: conv_images(z, image_shape, channels, initializer=NORMAL)),
    )

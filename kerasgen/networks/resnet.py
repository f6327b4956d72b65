"""Residual networks between vectors and images: one block an octave, from 4..7 pixels to the image and back.

With BatchNorm or spectral normalization those of Miyato et al. 2018 (arXiv:1802.05957, table 3). Without, the second
convolution of a block starts at zero, so that the network starts as its skips (Zhang et al. 2019, arXiv:1901.09321), as in
Huang et al. 2024 (arXiv:2501.05441).
"""

from __future__ import annotations

from typing import Literal

import keras
from keras import layers

from kerasgen.backend import AveragePooling2D, Conv2D
from kerasgen.backend.typing import Tensor, Wrapper
from kerasgen.layers.batch_norm import batch_norm
from kerasgen.layers.upsample import Upsample
from kerasgen.networks.conv import base_grid, stages


def resnet_images(x: Tensor, image_shape: tuple[int, int, int], channels: int, *, normalize: bool) -> Tensor:
    """Maps vectors (batch, n) to images (batch, height, width, image channels) in [0, 1], float32.

    `channels` at the largest resolution, doubled at each halving.
    """
    count = stages(image_shape)
    (rows, columns), width = base_grid(image_shape), channels * 2**count
    x = layers.Dense(rows * columns * width, name="project")(x)
    x = layers.Reshape((rows, columns, width), name="reshape")(x)  # (batch, rows, columns, width)
    for stage in reversed(range(count)):
        residual = _activate(x, f"{stage}_a", normalize)
        residual = Upsample(name=f"up_{stage}_a")(residual)  # (batch, 2h, 2w, c)
        residual = _conv(channels * 2**stage, f"{stage}_a")(residual)  # (batch, 2h, 2w, c/2)
        residual = _activate(residual, f"{stage}_b", normalize)
        residual = _conv(channels * 2**stage, f"{stage}_b", zero=not normalize)(residual)
        skip = _conv(channels * 2**stage, f"{stage}_skip", size=1)(x)  # before the upsampling: the same, four times cheaper
        x = layers.Add(name=f"add_{stage}")([Upsample(name=f"up_{stage}_skip")(skip), residual])
    x = _conv(image_shape[2], "to_image")(_activate(x, "last", normalize))
    return layers.Activation("sigmoid", dtype="float32", name="image")(x)


def resnet_features(
    images: Tensor,
    halvings: int,
    channels: int,
    *,
    wrap: Wrapper | None = None,
    pool: Literal["mean", "sum"] | None = None,
) -> Tensor:
    """Maps images (batch, height, width, image channels) in [0, 1] to one vector each, (batch, n).

    Args:
        images: the input.
        halvings: of the resolution.
        channels: of the first convolution, doubled at each halving.
        wrap: applied to every convolution, as `SpectralNormalization`.
        pool: whether a vector is the mean or the sum of its map (rows, columns, channels * 2^halvings) instead of all of it.
            Under spectral normalization the mean would leave the logits near zero, and the hinge loss without a hinge.
    """
    x = layers.Rescaling(2.0, -1.0, name="rescale")(images)
    x = _wrapped(_conv(channels, "from_image"), wrap)(x)  # (batch, height, width, channels)
    for stage in range(halvings):
        width = channels * 2 ** (stage + 1)
        residual = _activate(x, f"{stage}_a", False)
        residual = _wrapped(_conv(width // 2, f"{stage}_a"), wrap)(residual)
        residual = _activate(residual, f"{stage}_b", False)
        residual = _wrapped(_conv(width, f"{stage}_b", zero=wrap is None), wrap)(residual)  # (batch, h, w, 2c)
        residual = AveragePooling2D(2, name=f"down_{stage}_a")(residual)  # (batch, h/2, w/2, 2c)
        skip = AveragePooling2D(2, name=f"down_{stage}_skip")(x)
        x = layers.Add(name=f"add_{stage}")([_wrapped(_conv(width, f"{stage}_skip", size=1), wrap)(skip), residual])
    x = _activate(x, "last", False)
    if pool is None:
        return layers.Flatten(name="flatten")(x)
    pixels = x.shape[1] * x.shape[2]
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    return layers.Rescaling(float(pixels), name="sum")(x) if pool == "sum" else x


def _conv(filters: int, name: str, *, size: int = 3, zero: bool = False) -> Conv2D:
    return Conv2D(filters, size, padding="same", kernel_initializer="zeros" if zero else "he_normal", name=f"conv_{name}")


def _wrapped(layer: keras.layers.Layer, wrap: Wrapper | None) -> keras.layers.Layer:
    return layer if wrap is None else wrap(layer)


def _activate(x: Tensor, name: str, normalize: bool) -> Tensor:
    if normalize:
        x = batch_norm(f"norm_{name}")(x)
    return layers.LeakyReLU(0.2, name=f"act_{name}")(x)

"""Strided convolutions down to a shorter side of 4..7 pixels, and transposed ones up from there (Radford et al. 2016)."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from kerasgen.backend import Conv2D, Conv2DTranspose
from kerasgen.backend.typing import Initializer, Tensor, Wrapper
from kerasgen.layers.batch_norm import batch_norm
from kerasgen.networks.dense import head_layers, hidden_layers

KERNEL = 4  # a multiple of the stride: every output pixel of a transposed convolution sees as many inputs


def stages(image_shape: tuple[int, int, int]) -> int:
    """Counts the halvings from the image to the 4 to 7 pixels of its shorter side.

    Raises ValueError for a shorter side that does not halve down to 4..7 (28, 32, 48, 64 and 128 do), for a longer one that
    does not halve as often, and for channel counts other than 1 and 3.
    """
    *sides, channels = image_shape
    size, count = min(sides), 0
    while size > 7 and size % 2 == 0:
        size, count = size // 2, count + 1
    if not 4 <= size <= 7 or count == 0 or max(sides) % 2**count or channels not in (1, 3):
        raise ValueError(
            "Images must have 1 or 3 channels and a shorter side of 8 pixels or more that is 4 to 7 times a power of two; the "
            "longer side must be a multiple of that power, as for 28 x 28, 64 x 64 and 48 x 64. "
            f"Received: image_shape={tuple(image_shape)}."
        )
    return count


def base_grid(image_shape: tuple[int, int, int]) -> tuple[int, int]:
    """Gives height and width of the smallest map, 4 to 7 pixels the shorter one; raises ValueError as `stages`."""
    height, width, _ = image_shape
    times = 2 ** stages(image_shape)
    return height // times, width // times


def conv_down(
    name: str,
    image_shape: tuple[int, int, int],
    channels: int,
    heads: dict[str, int],
    *,
    hidden: Sequence[int] = (),
    normalize: bool = True,
    activation: str = "leaky_relu",
) -> keras.Model:
    """Maps images (batch, height, width, channels) in [0, 1] to one vector a head, float32.

    `conv_features`, then dense layers of the widths `hidden` with `activation`.
    """
    with keras.name_scope(name):
        images = keras.Input(image_shape, name="image")
        x = conv_features(images, stages(image_shape), channels, normalize=normalize)
        return keras.Model(images, head_layers(hidden_layers(x, hidden, activation), heads), name=name)


def conv_up(
    name: str,
    latent_dim: int,
    image_shape: tuple[int, int, int],
    channels: int,
    *,
    hidden: Sequence[int] = (),
    normalize: bool = True,
    activation: str = "leaky_relu",
) -> keras.Model:
    """Maps codes (batch, latent_dim) to images (batch, height, width, channels) in [0, 1], float32; mirrors `conv_down`."""
    with keras.name_scope(name):
        codes = keras.Input((latent_dim,), name="z")
        x = hidden_layers(codes, hidden[::-1], activation)
        return keras.Model(codes, conv_images(x, image_shape, channels, normalize=normalize), name=name)


def conv_features(
    images: Tensor,
    halvings: int,
    channels: int,
    *,
    normalize: bool = True,
    normalize_first: bool = True,
    initializer: Initializer = "glorot_uniform",
    wrap: Wrapper | None = None,
) -> Tensor:
    """Maps images (batch, height, width, image channels) in [0, 1] to features (batch, n).

    Channels double at each halving, from `channels`. BatchNorm and LeakyReLU(0.2) after each convolution.
    `normalize_first=False` leaves the norm out at the image, as discriminators do; `normalize=False` everywhere. `wrap` is
    applied to every convolution, as `SpectralNormalization`.
    """
    x = layers.Rescaling(2.0, -1.0, name="rescale")(images)  # (batch, height, width, channels) in [-1, 1]
    for stage in range(halvings):
        normed = normalize and (stage > 0 or normalize_first)
        conv = Conv2D(
            channels * 2**stage, KERNEL, 2, "same", use_bias=not normed, kernel_initializer=initializer, name=f"conv_{stage}"
        )
        x = (wrap(conv) if wrap else conv)(x)  # (batch, h/2, w/2, 2c)
        x = _activate(x, stage, normed)
    return layers.Flatten(name="flatten")(x)


def conv_images(
    x: Tensor,
    image_shape: tuple[int, int, int],
    channels: int,
    *,
    normalize: bool = True,
    initializer: Initializer = "glorot_uniform",
) -> Tensor:
    """Maps vectors (batch, n) to images (batch, height, width, image channels) in [0, 1], float32.

    The mirror of `conv_features`. LeakyReLU, not ReLU: LiteRT fuses ReLU into TRANSPOSE_CONV version 4, which its GPU delegate
    refuses. The sigmoid is the paper's tanh, rescaled to [0, 1].
    """
    count = stages(image_shape)
    rows, columns = base_grid(image_shape)
    width = channels * 2 ** (count - 1)
    x = layers.Dense(rows * columns * width, use_bias=not normalize, kernel_initializer=initializer, name="project")(x)
    x = layers.Reshape((rows, columns, width), name="reshape")(x)  # (batch, rows, columns, width)
    x = _activate(x, "project", normalize)
    for stage in reversed(range(count - 1)):
        x = Conv2DTranspose(
            channels * 2**stage, KERNEL, 2, "same", use_bias=not normalize, kernel_initializer=initializer, name=f"conv_{stage}"
        )(x)  # (batch, 2h, 2w, c/2)
        x = _activate(x, stage, normalize)
    x = Conv2DTranspose(image_shape[2], KERNEL, 2, "same", kernel_initializer=initializer, name="to_image")(x)
    return layers.Activation("sigmoid", dtype="float32", name="image")(x)  # (batch, height, width, image channels)


def _activate(x: Tensor, name: str | int, normalize: bool) -> Tensor:
    if normalize:
        x = batch_norm(f"norm_{name}")(x)
    return layers.LeakyReLU(0.2, name=f"act_{name}")(x)

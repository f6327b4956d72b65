"""The networks of FastGAN (Liu et al. 2021, arXiv:2101.04775, figures 3 and 4).

Stages are counted from the image: stage 0 has its sides, each further one halves them, the last is the `base_grid`.
"""

from __future__ import annotations

import keras
from keras import layers

from kerasgen.backend import AveragePooling2D, Conv2D
from kerasgen.backend.typing import Tensor
from kerasgen.layers.batch_norm import batch_norm
from kerasgen.layers.gated_linear_unit import GatedLinearUnit
from kerasgen.layers.noise_injection import NoiseInjection
from kerasgen.layers.spectral_normalization import SpectralNormalization
from kerasgen.layers.upsample import Upsample
from kerasgen.networks.conv import base_grid, stages
from kerasgen.networks.unet import INITIAL

SKIP = 4  # doublings from the map that excites to the one that is excited: 16 times the side
DOUBLINGS = 4  # of a decoder, at most


def width(stage: int, channels: int, max_channels: int) -> int:
    """Gives the channels of a stage: `channels` at the image, doubled at each halving, `max_channels` at most."""
    return min(channels * 2**stage, max_channels)


def fast_images(z: Tensor, image_shape: tuple[int, int, int], channels: int, max_channels: int) -> Tensor:
    """Maps vectors (batch, n) to images (batch, height, width, image channels) in [0, 1], float32.

    Every other resolution, from the second on, has two convolutions with noise, the others one without. A map is multiplied, a
    channel at a time, by what the map of a sixteenth of its side says (`excite`). The paper's spectral norm of a convolution is
    left out: BatchNorm, which follows, takes away every scale.
    """
    count = stages(image_shape)
    (rows, columns), first = base_grid(image_shape), width(count, channels, max_channels)
    x = layers.Dense(rows * columns * 2 * first, use_bias=False, kernel_initializer=INITIAL, name="project")(z)
    x = layers.Reshape((rows, columns, 2 * first), name="reshape")(x)
    maps = {count: _gate(x, "project")}  # (batch, rows, columns, first)
    for stage in reversed(range(count)):
        filters, noisy = width(stage, channels, max_channels), (count - stage) % 2 == 1
        x = Upsample(name=f"up_{stage}")(maps[stage + 1])
        for half in "ab" if noisy else "a":
            x = _conv(2 * filters, f"{stage}_{half}")(x)
            if noisy:
                x = NoiseInjection(2 * stage + (half == "b"), shared=True, name=f"noise_{stage}_{half}")(x)
            x = _gate(x, f"{stage}_{half}")  # (batch, 2h, 2w, filters)
        source = maps.get(stage + min(SKIP, count))
        maps[stage] = x if source is None else excite(x, source, (rows, columns), stage)
    x = Conv2D(image_shape[2], 3, padding="same", kernel_initializer=INITIAL, name="to_image")(maps[0])
    return layers.Activation("sigmoid", dtype="float32", name="image")(x)


def excite(x: Tensor, source: Tensor, grid: tuple[int, int], stage: int) -> Tensor:
    """Multiplies the channels of x (batch, height, width, channels) by numbers in [0, 1] made of a smaller map.

    Skip-layer excitation, section 3.1. `grid` is what the smaller map is averaged to: 4 x 4 in the paper.
    """
    times, channels = source.shape[1] // grid[0], x.shape[-1]
    if times > 1:
        source = AveragePooling2D(times, name=f"pool_{stage}")(source)  # (batch, *grid, n)
    gates = Conv2D(channels, grid, kernel_initializer=INITIAL, name=f"conv_{stage}_squeeze")(source)  # (batch, 1, 1, channels)
    gates = layers.LeakyReLU(0.1, name=f"act_{stage}_squeeze")(gates)
    gates = Conv2D(channels, 1, kernel_initializer=INITIAL, name=f"conv_{stage}_excite")(gates)
    return layers.Multiply(name=f"excite_{stage}")([x, layers.Activation("sigmoid", name=f"gate_{stage}")(gates)])


def fast_discriminator(image_shape: tuple[int, int, int], channels: int, max_channels: int) -> keras.Model:
    """Maps images (batch, height, width, image channels) in [0, 1] to [logits, larger map, smaller map].

    Of a `base_grid` of h x w the maps have 4 h x 4 w and 2 h x 2 w pixels, the logits, float32, (h + 1) x (w + 1): the paper's
    16, 8 and 5 a side.
    """
    count = stages(image_shape)
    start = min(1, count - 2)  # the stage of the first map
    with keras.name_scope("discriminator"):
        images = keras.Input(image_shape, name="image")
        x = layers.Rescaling(2.0, -1.0, name="rescale")(images)
        size, stride = (4, 2) if start else (3, 1)
        x = _normalized(width(start, channels, max_channels), "from_image", size=size, stride=stride)(x)
        maps = {start: layers.LeakyReLU(0.2, name="act_from_image")(x)}
        for stage in range(start, count - 1):
            maps[stage + 1] = _halve(maps[stage], width(stage + 1, channels, max_channels), stage)
        larger, smaller = maps[count - 2], maps[count - 1]
        x = _activate(_normalized(smaller.shape[-1], "last", size=1)(smaller), "last")
        logits = SpectralNormalization(
            Conv2D(1, base_grid(image_shape), use_bias=False, kernel_initializer=INITIAL, dtype="float32", name="logits")
        )(x)
        return keras.Model(images, [logits, larger, smaller], name="discriminator")


def fast_decoders(
    discriminator: keras.Model, image_shape: tuple[int, int, int], channels: int, max_channels: int
) -> keras.Model:
    """Maps [a window of the larger map, the smaller map] of a discriminator to the [window, whole] of the image, float32.

    Windows have the sides of the smaller map. Both results have as many pixels as the window covers in the image, or 2^4 times
    those sides where that is less.
    """
    count = stages(image_shape)
    _, larger, smaller = discriminator.outputs
    with keras.name_scope("decoders"):
        inputs, outputs = [], []
        for name, features in (("part", larger), ("whole", smaller)):
            x = keras.Input((*smaller.shape[1:3], features.shape[-1]), name=f"{name}_features")
            inputs.append(x)
            for step in range(min(count - 2, DOUBLINGS)):
                filters = max(1, width(count - 3 - step, channels, max_channels) // 2)
                x = Upsample(name=f"{name}_up_{step}")(x)
                x = Conv2D(
                    2 * filters, 3, padding="same", use_bias=False, kernel_initializer=INITIAL, name=f"{name}_conv_{step}"
                )(x)
                x = batch_norm(f"{name}_norm_{step}")(x)
                x = GatedLinearUnit(name=f"{name}_glu_{step}")(x)
            # Without a bound: augmented images leave [0, 1].
            x = Conv2D(image_shape[2], 3, padding="same", kernel_initializer=INITIAL, dtype="float32", name=f"{name}_to_image")(
                x
            )
            outputs.append(x)
        return keras.Model(inputs, outputs, name="decoders")


def _halve(x: Tensor, filters: int, stage: int) -> Tensor:
    """The mean of two paths to half the side: two convolutions, and one of the averaged pixels."""
    path = _activate(_normalized(filters, f"{stage}_a", size=4, stride=2)(x), f"{stage}_a")
    path = _activate(_normalized(filters, f"{stage}_b")(path), f"{stage}_b")
    skip = _normalized(filters, f"{stage}_skip", size=1)(AveragePooling2D(2, name=f"down_{stage}")(x))
    return layers.Average(name=f"average_{stage}")([path, _activate(skip, f"{stage}_skip")])


def _conv(filters: int, name: str, *, size: int = 3, stride: int = 1) -> Conv2D:
    return Conv2D(filters, size, stride, padding="same", use_bias=False, kernel_initializer=INITIAL, name=f"conv_{name}")


def _normalized(filters: int, name: str, *, size: int = 3, stride: int = 1) -> keras.layers.Layer:
    return SpectralNormalization(_conv(filters, name, size=size, stride=stride))


def _gate(x: Tensor, name: str) -> Tensor:
    return GatedLinearUnit(name=f"glu_{name}")(batch_norm(f"norm_{name}")(x))


def _activate(x: Tensor, name: str) -> Tensor:
    return layers.LeakyReLU(0.2, name=f"act_{name}")(batch_norm(f"norm_{name}")(x))

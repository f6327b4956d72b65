"""Networks that grow (Karras et al. 2018, arXiv:1710.10196, appendix A.1): every resolution with a way in or out."""

from __future__ import annotations

from collections.abc import Callable

import keras
from keras import layers

from kerasgen.backend import AveragePooling2D
from kerasgen.backend.typing import Tensor
from kerasgen.layers.blend import Blend
from kerasgen.layers.blur import Blur
from kerasgen.layers.equalized import EqualizedConv2D, EqualizedDense
from kerasgen.layers.minibatch_stddev import MinibatchStdDev
from kerasgen.layers.pixel_norm import PixelNorm
from kerasgen.layers.upsample import Upsample
from kerasgen.networks.conv import base_grid, stages


def growth_stages(image_shape: tuple[int, int, int]) -> int:
    """Counts the resolutions from the `base_grid` to the image's; raises ValueError as `stages`."""
    return 1 + stages(image_shape)


def width(stage: int, count: int, channels: int, max_channels: int) -> int:
    """Gives the channels of a stage: `channels` at the largest resolution, doubled at each halving, `max_channels` at most."""
    return min(channels * 2 ** (count - 1 - stage), max_channels)


def growing_generator(
    latent_dim: int, image_shape: tuple[int, int, int], channels: int, max_channels: int, first_stage: int = 0
) -> keras.Model:
    """Maps codes (batch, latent_dim) to a list of images in [-1, 1], (batch, h 2^stage, w 2^stage, channels), one a stage.

    h and w are the `base_grid`, 4 and 4 for sides of a power of two. `first_stage` is the first stage that has an image.
    """
    count = growth_stages(image_shape)
    rows, columns = base_grid(image_shape)
    with keras.name_scope("generator"):
        codes = keras.Input((latent_dim,), name="z")
        first = width(0, count, channels, max_channels)
        x = PixelNorm(name="norm_z")(codes)
        x = EqualizedDense(rows * columns * first, gain=2**0.5 / 4, name="project")(x)  # the authors' gain
        x = layers.Reshape((rows, columns, first), name="reshape")(x)
        x = _convolve(_finish(x, "project"), first, "0")  # (batch, rows, columns, first)
        images = [] if first_stage else [to_image(x, image_shape[2], 0)]
        for stage in range(1, count):
            x = Upsample(name=f"up_{stage}")(x)
            for half in "ab":
                x = _convolve(x, width(stage, count, channels, max_channels), f"{stage}_{half}")  # (batch, 2h, 2w, c)
            if stage >= first_stage:
                images.append(to_image(x, image_shape[2], stage))
        return keras.Model(codes, images, name="generator")


def growing_discriminator(
    image_shape: tuple[int, int, int],
    channels: int,
    max_channels: int,
    first_stage: int = 0,
    *,
    blur: bool = False,
    group: int = 4,
) -> keras.Model:
    """Maps images in [0, 1], one a stage, and `grown` to a list of logits (batch, 1), float32, one a stage.

    `grown`, (1, 1, 1, 1) in [0, 1], is the share that a stage's own way in has; the rest comes from the stage before.
    `first_stage` is the first stage that has an image; `blur` smooths before each halving.
    """
    count = growth_stages(image_shape)
    rows, columns = base_grid(image_shape)
    with keras.name_scope("discriminator"):
        images = {
            stage: keras.Input((rows * 2**stage, columns * 2**stage, image_shape[2]), name=f"image_{stage}")
            for stage in range(first_stage, count)
        }
        grown = keras.Input((1, 1, 1), name="grown")
        widths = [width(stage, count, channels, max_channels) for stage in range(count)]
        ways_in = {
            stage: _chain(
                layers.Rescaling(2.0, -1.0, name=f"rescale_{stage}"),
                EqualizedConv2D(widths[stage], 1, name=f"from_image_{stage}"),
                activation(f"image_{stage}"),
            )
            for stage in images
        }
        blocks = {
            stage: _chain(
                EqualizedConv2D(widths[stage], 3, padding="same", name=f"conv_{stage}_a"),
                activation(f"{stage}_a"),
                *([Blur(name=f"blur_{stage}")] if blur else []),
                EqualizedConv2D(widths[stage - 1], 3, padding="same", name=f"conv_{stage}_b"),
                activation(f"{stage}_b"),
                AveragePooling2D(2, name=f"down_{stage}"),
            )
            for stage in range(1, count)
        }
        judge = _chain(
            MinibatchStdDev(group, name="deviation"),
            EqualizedConv2D(widths[0], 3, padding="same", name="conv_last"),
            activation("last"),
            layers.Flatten(name="flatten"),
            EqualizedDense(widths[0], name="hidden"),
            activation("hidden"),
            EqualizedDense(1, gain=1.0, dtype="float32", name="logit"),
        )
        logits = []
        for stage, image in images.items():
            x, left = ways_in[stage](image), stage
            if stage > first_stage:
                before = ways_in[stage - 1](AveragePooling2D(2, name=f"down_image_{stage}")(image))
                x, left = Blend(name=f"blend_{stage}")([before, blocks[stage](x), grown]), stage - 1
            for below in range(left, 0, -1):
                x = blocks[below](x)
            logits.append(judge(x))
        return keras.Model([*images.values(), grown], logits, name="discriminator")


def at_stage(network: keras.Model, index: int) -> keras.Model:
    """Gives the part of a growing discriminator that one of its stages needs: its image and `grown` to its logit."""
    return keras.Model([network.inputs[index], network.inputs[-1]], network.outputs[index])


def _chain(*parts: keras.layers.Layer) -> Callable[[Tensor], Tensor]:
    """Gives the same layers for every input: what is called twice learns once."""

    def apply(x: Tensor) -> Tensor:
        for part in parts:
            x = part(x)
        return x

    return apply


def _convolve(x: Tensor, filters: int, name: str) -> Tensor:
    return _finish(EqualizedConv2D(filters, 3, padding="same", name=f"conv_{name}")(x), name)


def _finish(x: Tensor, name: str) -> Tensor:
    return PixelNorm(name=f"norm_{name}")(activation(name)(x))


def activation(name: str) -> keras.layers.Layer:
    """Gives the rectifier of both networks."""
    return layers.LeakyReLU(0.2, name=f"act_{name}")


def to_image(x: Tensor, image_channels: int, stage: int) -> Tensor:
    """Gives a stage's image in [-1, 1], by a convolution of 1 x 1."""
    return EqualizedConv2D(image_channels, 1, gain=1.0, dtype="float32", name=f"to_image_{stage}")(x)

"""The U-Net of Isola et al. 2017 (arXiv:1611.07004, appendix 6.1.1): image to image, each resolution with a skip across."""

from __future__ import annotations

import keras
from keras import layers

from kerasgen.backend import Conv2D, Conv2DTranspose
from kerasgen.backend.typing import Tensor
from kerasgen.layers.normalization import normalization
from kerasgen.layers.upsample import Upsample

INITIAL = {"class_name": "RandomNormal", "config": {"stddev": 0.02}}
DROPPED = 3  # of the decoder's widest maps have dropout, the paper's noise


def _transposed(x: Tensor, filters: int, name: str, use_bias: bool = True) -> Tensor:
    return Conv2DTranspose(filters, 4, 2, "same", kernel_initializer=INITIAL, name=name, use_bias=use_bias)(x)


def _nearest(x: Tensor, filters: int, name: str, use_bias: bool = True) -> Tensor:
    return _convolve(Upsample(name=f"enlarge_{name}")(x), filters, name, use_bias=use_bias)


def _convolve(x: Tensor, filters: int, name: str, use_bias: bool = True) -> Tensor:
    return Conv2D(filters, 3, 1, "same", kernel_initializer=INITIAL, name=name, use_bias=use_bias)(x)


UPSAMPLINGS = {"transposed": _transposed, "nearest": _nearest}


def halvings(image_shape: tuple[int, int, int]) -> int:
    """Counts how often both sides halve, 8 times for 256 pixels; raises ValueError for sides that halve less than twice."""
    height, width, _ = image_shape
    count = 0
    while height % 2 == 0 and width % 2 == 0 and min(height, width) > 1:
        height, width, count = height // 2, width // 2, count + 1
    if count < 2:
        raise ValueError(
            "A U-Net needs images whose sides halve twice at least; multiples of a large power of two are best. "
            f"Received: image_shape={tuple(image_shape)}."
        )
    return count


def unet(
    name: str,
    source_shape: tuple[int, int, int],
    image_channels: int,
    channels: int,
    depth: int,
    *,
    norm: str,
    dropout: float,
    seed: int,
    upsampling: str = "transposed",
    full_size: bool = False,
) -> keras.Model:
    """Maps images (batch, height, width, source channels) to images (batch, height, width, image channels), in [0, 1].

    Args:
        name: of the network.
        source_shape: (height, width, source channels).
        image_channels: of the output.
        channels: of the first convolution; doubled at each halving, eight times as many at most.
        depth: halvings.
        norm: "batch" or "instance"; the first and the last map of the encoder have none.
        dropout: rate in the decoder while training.
        seed: of the dropout.
        upsampling: "transposed" convolutions of 4 pixels, or "nearest" pixels and convolutions of 3, which treat all alike.
        full_size: convolutions at the images' own size too, with a skip across, as in Ronneberger et al. 2015
            (arXiv:1505.04597): detail of single pixels needs no pattern of the last doubling.
    """
    enlarge = UPSAMPLINGS[upsampling]
    widths = [channels * min(2**stage, 8) for stage in range(depth)]
    with keras.name_scope(name):
        images = keras.Input(source_shape, name="image")
        x = layers.Rescaling(2.0, -1.0, name="rescale")(images)  # (batch, height, width, source channels) in [-1, 1]
        if full_size:
            x = _convolve(x, channels, "conv_in")
            first, x = x, layers.LeakyReLU(0.2, name="act_in")(x)
        skips = []
        for stage, width in enumerate(widths):
            if stage:
                x = layers.LeakyReLU(0.2, name=f"act_down_{stage}")(x)
            plain = stage in (0, depth - 1)
            x = Conv2D(width, 4, 2, "same", use_bias=plain, kernel_initializer=INITIAL, name=f"conv_down_{stage}")(
                x
            )  # (batch, h/2, w/2, width)
            x = x if plain else normalization(norm, f"norm_down_{stage}")(x)
            skips.append(x)
        for stage in reversed(range(depth - 1)):
            x = layers.ReLU(name=f"act_up_{stage}")(x)
            x = enlarge(x, widths[stage], f"conv_up_{stage}", use_bias=False)  # (batch, 2h, 2w, width)
            x = normalization(norm, f"norm_up_{stage}")(x)
            if depth - 2 - stage < DROPPED and widths[stage] == widths[-1]:
                x = layers.Dropout(dropout, seed=seed + stage, name=f"drop_{stage}")(x)
            x = layers.Concatenate(name=f"skip_{stage}")([x, skips[stage]])  # (batch, h, w, 2 width)
        x = layers.ReLU(name="act_image")(x)
        if full_size:
            x = normalization(norm, "norm_out")(enlarge(x, channels, "conv_out", use_bias=False))
            x = layers.Concatenate(name="skip_out")([x, first])  # (batch, height, width, 2 channels)
            x = layers.ReLU(name="act_out")(x)
            x = _convolve(x, image_channels, "to_image")
        else:
            x = enlarge(x, image_channels, "to_image")
        return keras.Model(images, layers.Activation("sigmoid", dtype="float32", name="translated")(x), name=name)

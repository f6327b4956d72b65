"""PatchGAN discriminators: a logit for each patch of an image (Isola et al. 2017, arXiv:1611.07004, appendix 6.1.2)."""

from __future__ import annotations

from collections.abc import Sequence

import keras
from keras import layers

from kerasgen.backend import Conv2D
from kerasgen.backend.typing import Tensor
from kerasgen.layers.normalization import normalization
from kerasgen.networks.unet import INITIAL

HALVINGS = {1: 0, 16: 1, 34: 2, 70: 3, 142: 4, 286: 5}  # by the pixels a side that a logit sees


def receptive_field(name: int | str, image_shape: tuple[int, int, int]) -> int:
    """Gives the pixels a side that a logit sees: one of `HALVINGS`, or for "image" the first that covers the image.

    Raises ValueError for others, and for images that leave no logit.
    """
    height, width, _ = image_shape
    known = [field for field in HALVINGS if field == name or (name == "image" and field >= max(height, width))]
    if not known:
        raise ValueError(f"receptive_field must be one of {', '.join(map(str, HALVINGS))} or 'image'. Received: {name!r}.")
    if min(height, width) // 2 ** HALVINGS[known[0]] < 3:
        raise ValueError(
            f"Images must be at least {3 * 2 ** HALVINGS[known[0]]} pixels a side for a receptive field of "
            f"{known[0]}. Received: {height} x {width}."
        )
    return known[0]


def patch_discriminator(
    name: str, image_shapes: Sequence[tuple[int, int, int]], channels: int, field: int, norm: str
) -> keras.Model:
    """Maps images, one or several that belong together, to logits (batch, h, w, 1), float32; each sees `field` pixels a side.

    Args:
        name: of the network.
        image_shapes: of each input; height and width are the same.
        channels: of the first convolution; doubled at each, eight times as many at most.
        field: one of `HALVINGS`.
        norm: "batch" or "instance"; the first convolution has none.
    """
    with keras.name_scope(name):
        inputs = [keras.Input(shape, name=f"image_{index}") for index, shape in enumerate(image_shapes)]
        x = layers.Concatenate(name="images")(inputs) if len(inputs) > 1 else inputs[0]
        x = layers.Rescaling(2.0, -1.0, name="rescale")(x)  # (batch, height, width, channels) in [-1, 1]
        for stage in range(HALVINGS[field]):
            x = Conv2D(
                channels * min(2**stage, 8), 4, 2, "same", use_bias=stage == 0, kernel_initializer=INITIAL, name=f"conv_{stage}"
            )(x)  # (batch, h/2, w/2, 2c)
            x = _activate(x, stage, norm if stage else None)
        size = 1 if field == 1 else 4
        if field == 1:
            x = Conv2D(channels, 1, kernel_initializer=INITIAL, name="conv_0")(x)
            x = _activate(x, 0, None)
        x = _edge(x, size, "last")
        x = Conv2D(
            channels * min(2 ** max(HALVINGS[field], 1), 8), size, use_bias=False, kernel_initializer=INITIAL, name="conv_last"
        )(x)
        x = _edge(_activate(x, "last", norm), size, "logit")
        logits = Conv2D(1, size, kernel_initializer=INITIAL, dtype="float32", name="logit")(x)
        return keras.Model(inputs if len(inputs) > 1 else inputs[0], logits, name=name)


def _edge(x: Tensor, size: int, name: str) -> Tensor:
    """Pads one pixel of zeros around, for kernels of 4: the map shrinks by one, as in the paper."""
    return layers.ZeroPadding2D(1, name=f"pad_{name}")(x) if size == 4 else x


def _activate(x: Tensor, name: str | int, norm: str | None) -> Tensor:
    if norm is not None:
        x = normalization(norm, f"norm_{name}")(x)
    return layers.LeakyReLU(0.2, name=f"act_{name}")(x)

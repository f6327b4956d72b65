"""The translator of Zhu et al. 2017 (arXiv:1703.10593, appendix 7.2): residual blocks at a quarter of the resolution."""

from __future__ import annotations

import keras
from keras import layers

from kerasgen.backend import Conv2D
from kerasgen.backend.typing import Tensor
from kerasgen.layers.instance_norm import InstanceNormalization
from kerasgen.layers.reflection_padding import ReflectionPadding2D
from kerasgen.layers.upsample import Upsample
from kerasgen.networks.unet import INITIAL


def residual_translator(
    name: str, image_shape: tuple[int, int, int], channels: int, blocks: int, full_size: bool = False
) -> keras.Model:
    """Maps images (batch, height, width, channels) to images of the same shape, in [0, 1].

    The paper's transposed convolutions of 3 x 3 leave checkerboards: a stride of 2 does not divide 3. Here pixels are repeated
    and then convolved (Odena et al. 2016, doi:10.23915/distill.00003), with as many weights. An offset after each
    normalization is in the place of the paper's bias before it, which the normalization would take away.

    Args:
        name: of the network.
        image_shape: (height, width, channels).
        channels: of the first convolution, four times as many in the blocks.
        blocks: residual ones, 6 up to 128 pixels in the paper and 9 from 256 on.
        full_size: whether the last convolution sees the first one's maps too, so that lines stay where they are.
    """
    with keras.name_scope(name):
        images = keras.Input(image_shape, name="image")
        x = layers.Rescaling(2.0, -1.0, name="rescale")(images)
        x = first = _convolve(ReflectionPadding2D(3, name="pad_in")(x), channels, 7, "in")  # (batch, height, width, channels)
        for stage in (1, 2):
            x = _convolve(x, channels * 2**stage, 3, f"down_{stage}", strides=2)  # (batch, h/2, w/2, 2c)
        for block in range(blocks):
            y = _convolve(ReflectionPadding2D(1, name=f"pad_{block}_a")(x), 4 * channels, 3, f"{block}_a")
            y = _convolve(ReflectionPadding2D(1, name=f"pad_{block}_b")(y), 4 * channels, 3, f"{block}_b", activate=False)
            x = layers.Add(name=f"add_{block}")([x, y])
        for stage in (1, 0):
            x = _convolve(Upsample(name=f"up_{stage}")(x), channels * 2**stage, 3, f"up_{stage}", padding="same")
        if full_size:
            x = layers.Concatenate(name="skip")([x, first])
        x = ReflectionPadding2D(3, name="pad_out")(x)
        x = Conv2D(image_shape[2], 7, kernel_initializer=INITIAL, name="to_image")(x)
        return keras.Model(images, layers.Activation("sigmoid", dtype="float32", name="translated")(x), name=name)


def _convolve(
    x: Tensor, filters: int, size: int, name: str, *, strides: int = 1, padding: str | None = None, activate: bool = True
) -> Tensor:
    padding = padding or ("same" if strides > 1 else "valid")
    x = Conv2D(filters, size, strides, padding, use_bias=False, kernel_initializer=INITIAL, name=f"conv_{name}")(x)
    x = InstanceNormalization(name=f"norm_{name}")(x)
    return layers.ReLU(name=f"act_{name}")(x) if activate else x

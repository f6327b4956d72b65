"""The style-based generator (Karras et al. 2018, arXiv:1812.04948, figure 1), of which mapping and synthesis can be cut out."""

from __future__ import annotations

import keras
from keras import layers

from kerasgen.backend.typing import Tensor
from kerasgen.layers.adaptive_instance_norm import AdaptiveInstanceNorm
from kerasgen.layers.blur import Blur
from kerasgen.layers.equalized import EqualizedConv2D, EqualizedDense
from kerasgen.layers.learned_constant import LearnedConstant
from kerasgen.layers.noise_injection import NoiseInjection
from kerasgen.layers.pixel_norm import PixelNorm
from kerasgen.layers.truncation import Truncation
from kerasgen.layers.upsample import Upsample
from kerasgen.networks.progressive import FIRST, activation, growth_stages, to_image, width


def style_generator(
    latent_dim: int,
    style_dim: int,
    mapping_layers: int,
    rate: float,
    image_shape: tuple[int, int, int],
    channels: int,
    max_channels: int,
    first_stage: int = 0,
    *,
    blur: bool = True,
) -> keras.Model:
    """Maps codes (batch, latent_dim) to a list of images in [-1, 1], (batch, 4 2^stage, 4 2^stage, channels), one a stage.

    `rate` multiplies the mapping's learning rate; `first_stage` is the first stage that has an image; `blur` smooths
    after each doubling.
    """
    count = growth_stages(image_shape)
    with keras.name_scope("generator"):
        codes = keras.Input((latent_dim,), name="z")
        w = PixelNorm(name="norm_z")(codes)
        for index in range(mapping_layers):
            w = EqualizedDense(style_dim, rate=rate, name=f"mapping_{index}")(w)
            w = activation("w" if index == mapping_layers - 1 else f"mapping_{index}")(w)  # (batch, style_dim)
        w = Truncation(name="truncate")(w)
        styles = layers.RepeatVector(2 * count, name="styles")(w)  # (batch, 2 a stage, style_dim)
        x, images = None, []
        for stage in range(count):
            filters = width(stage, count, channels, max_channels)
            if stage:
                x = Upsample(name=f"up_{stage}")(x)
                x = EqualizedConv2D(filters, 3, padding="same", name=f"conv_{stage}_a")(x)
                x = Blur(name=f"blur_{stage}")(x) if blur else x
            else:
                x = LearnedConstant((FIRST, FIRST, filters), name="constant")(styles)  # (batch, 4, 4, filters)
            x = _styled(x, styles, 2 * stage)
            x = EqualizedConv2D(filters, 3, padding="same", name=f"conv_{stage}_b")(x)
            x = _styled(x, styles, 2 * stage + 1)  # (batch, 4 2^stage, 4 2^stage, filters)
            if stage >= first_stage:
                images.append(to_image(x, image_shape[2], stage))
        return keras.Model(codes, images, name="generator")


def mapping(generator: keras.Model, truncated: bool = False) -> keras.Model:
    """Cuts out codes to styles (batch, layers, style_dim), the same for every layer.

    `truncated` takes [codes, truncation], the latter (batch, 1); else training moves the average of w.
    """
    if not truncated:
        return keras.Model(generator.input, generator.get_layer("styles").output, name="mapping")
    truncation = keras.Input((1,), name="truncation")
    w = generator.get_layer("truncate")([generator.get_layer("act_w").output, truncation])
    return keras.Model([generator.input, truncation], generator.get_layer("styles")(w), name="mapping")


def synthesis(generator: keras.Model) -> keras.Model:
    """Cuts out styles (batch, layers, style_dim) to the generator's list of images in [-1, 1]."""
    return keras.Model(generator.get_layer("styles").output, generator.outputs, name="synthesis")


def _styled(x: Tensor, styles: Tensor, index: int) -> Tensor:
    x = activation(f"style_{index}")(NoiseInjection(seed=index, name=f"noise_{index}")(x))
    return AdaptiveInstanceNorm(index, name=f"style_{index}")([x, styles])

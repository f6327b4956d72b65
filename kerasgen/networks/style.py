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
from kerasgen.networks.conv import base_grid
from kerasgen.networks.progressive import activation, growth_stages, to_image, width


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
    """Maps codes (batch, latent_dim) to a list of images in [-1, 1], (batch, h 2^stage, w 2^stage, channels), one a stage.

    h and w are the `base_grid`, 4 and 4 for sides of a power of two. `rate` multiplies the mapping's learning rate;
    `first_stage` is the first stage that has an image; `blur` smooths after each doubling.
    """
    count = growth_stages(image_shape)
    with keras.name_scope("generator"):
        codes = keras.Input((latent_dim,), name="z")
        w = dense_chain(PixelNorm(name="norm_z")(codes), style_dim, mapping_layers, rate)
        styles = styles_of(w, count)
        x, images = None, []
        for stage in range(count):
            filters = width(stage, count, channels, max_channels)
            if stage:
                x = Upsample(name=f"up_{stage}")(x)
                x = EqualizedConv2D(filters, 3, padding="same", name=f"conv_{stage}_a")(x)
                x = Blur(name=f"blur_{stage}")(x) if blur else x
            else:
                x = LearnedConstant((*base_grid(image_shape), filters), name="constant")(styles)  # (batch, h, w, filters)
            x = _styled(x, styles, 2 * stage)
            x = EqualizedConv2D(filters, 3, padding="same", name=f"conv_{stage}_b")(x)
            x = _styled(x, styles, 2 * stage + 1)  # (batch, h 2^stage, w 2^stage, filters)
            if stage >= first_stage:
                images.append(to_image(x, image_shape[2], stage))
        return keras.Model(codes, images, name="generator")


def dense_chain(
    x: Tensor, units: int, count: int, rate: float, *, slow_bias: bool = False, name: str = "mapping", last: str = "w"
) -> Tensor:
    """Gives (batch, n) to (batch, units) by `count` dense layers with rectifiers, of which the last is called "act_w"."""
    for index in range(count):
        x = EqualizedDense(units, rate=rate, slow_bias=slow_bias, name=f"{name}_{index}")(x)
        x = activation(last if index == count - 1 else f"{name}_{index}")(x)
    return x


def styles_of(w: Tensor, stages: int) -> Tensor:
    """Gives w (batch, style_dim) to every layer: (batch, 2 stages, style_dim)."""
    return layers.RepeatVector(2 * stages, name="styles")(Truncation(name="truncate")(w))


def mapping(generator: keras.Model, truncated: bool = False) -> keras.Model:
    """Cuts out codes, and labels where there are classes, to styles (batch, layers, style_dim), the same for every layer.

    `truncated` takes [codes, truncation], the latter (batch, 1), and labels behind them; else training moves the average of w.
    """
    if not truncated:
        return keras.Model(generator.input, generator.get_layer("styles").output, name="mapping")
    truncation = keras.Input((1,), dtype="float32", name="truncation")
    w = generator.get_layer("truncate")([generator.get_layer("act_w").output, truncation])
    codes, *labels = generator.inputs
    return keras.Model([codes, truncation, *labels], generator.get_layer("styles")(w), name="mapping")


def synthesis(generator: keras.Model) -> keras.Model:
    """Cuts out styles (batch, layers, style_dim) to the generator's list of images in [-1, 1]."""
    return keras.Model(generator.get_layer("styles").output, generator.outputs, name="synthesis")


def _styled(x: Tensor, styles: Tensor, index: int) -> Tensor:
    x = activation(f"style_{index}")(NoiseInjection(seed=index, name=f"noise_{index}")(x))
    return AdaptiveInstanceNorm(index, name=f"style_{index}")([x, styles])

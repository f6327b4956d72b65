"""The networks of Karras et al. 2020 (arXiv:1912.04958, figures 2 and 7): images summed over resolutions, residual blocks.

A rectifier's gain of sqrt(2) is in the weights before it, and the division of a residual block's sum by sqrt(2) too.
"""

from __future__ import annotations

import keras
from keras import layers

from kerasgen.backend.typing import Tensor
from kerasgen.layers.blur import Blur
from kerasgen.layers.equalized import EqualizedConv2D, EqualizedDense
from kerasgen.layers.learned_constant import LearnedConstant
from kerasgen.layers.minibatch_stddev import MinibatchStdDev
from kerasgen.layers.modulated_conv import ModulatedConv2D, ModulatedUpConv2D
from kerasgen.layers.noise_injection import NoiseInjection
from kerasgen.layers.one_hot import OneHot
from kerasgen.layers.pixel_norm import PixelNorm
from kerasgen.layers.resampled_conv import TAPS, DownConv2D
from kerasgen.layers.upsample import Upsample
from kerasgen.networks.conv import base_grid
from kerasgen.networks.progressive import activation, growth_stages, width
from kerasgen.networks.style import dense_chain, styles_of


def skip_generator(
    latent_dim: int,
    style_dim: int,
    mapping_layers: int,
    rate: float,
    image_shape: tuple[int, int, int],
    channels: int,
    max_channels: int,
    num_classes: int = 0,
    *,
    blur: bool = True,
) -> keras.Model:
    """Maps codes (batch, latent_dim), and labels (batch,) where there are classes, to images in [-1, 1], float32.

    `rate` multiplies the mapping's learning rate; without `blur` pixels are repeated where the resolution doubles.
    """
    count, taps = growth_stages(image_shape), _taps(blur)
    with keras.name_scope("generator"):
        inputs = codes = keras.Input((latent_dim,), name="z")
        x = PixelNorm(name="norm_z")(codes)
        if num_classes:
            label = keras.Input((), name="label")
            inputs = [codes, label]
            x = layers.Concatenate(name="z_and_label")([x, _embedded(label, num_classes, style_dim)])
        styles = styles_of(dense_chain(x, style_dim, mapping_layers, rate, slow_bias=True), count)  # (batch, layers, style_dim)
        x = LearnedConstant((*base_grid(image_shape), width(0, count, channels, max_channels)), name="constant")(styles)
        image = None
        for stage in range(count):
            filters = width(stage, count, channels, max_channels)
            if stage:
                index = 2 * stage - 1
                x = ModulatedUpConv2D(filters, index=index, taps=taps, name=f"conv_{stage}_a")([x, styles])
                x = _finish(x, index)  # (batch, 2h, 2w, filters)
            x = ModulatedConv2D(filters, index=2 * stage, name=f"conv_{stage}_b")([x, styles])
            x = _finish(x, 2 * stage)
            shown = ModulatedConv2D(
                image_shape[2], 1, index=2 * stage + 1, demodulate=False, gain=1.0, name=f"to_image_{stage}"
            )([x, styles])
            image = shown if image is None else _summed(image, shown, stage, blur)
        return keras.Model(inputs, image, name="generator")


def residual_discriminator(
    image_shape: tuple[int, int, int],
    channels: int,
    max_channels: int,
    num_classes: int = 0,
    mapping_layers: int = 8,
    rate: float = 0.01,
    *,
    blur: bool = True,
    group: int = 4,
) -> keras.Model:
    """Maps images in [0, 1], and labels (batch,) where there are classes, to logits (batch, 1), float32.

    The logit for a label is the product of a vector made of the image with one made of the label by a mapping of its own
    (Karras et al. 2020, arXiv:2006.06676, appendix C). `group` images share the deviation that is shown to the last layers.
    """
    count, taps = growth_stages(image_shape), _taps(blur)
    widths = [width(stage, count, channels, max_channels) for stage in range(count)]
    with keras.name_scope("discriminator"):
        inputs = image = keras.Input(image_shape, name="image")
        x = layers.Rescaling(2.0, -1.0, name="rescale")(image)
        x = EqualizedConv2D(widths[-1], 1, padding="same", name=f"from_image_{count - 1}")(x)
        x = activation("image")(x)
        for stage in reversed(range(1, count)):
            residual = EqualizedConv2D(widths[stage], 3, padding="same", name=f"conv_{stage}_a")(x)
            residual = activation(f"{stage}_a")(residual)
            residual = DownConv2D(widths[stage - 1], 3, taps=taps, gain=1.0, name=f"conv_{stage}_b")(residual)
            residual = activation(f"{stage}_b")(residual)  # (batch, h/2, w/2, channels of the stage below)
            skip = DownConv2D(widths[stage - 1], 1, taps=taps, gain=0.5**0.5, use_bias=False, name=f"conv_{stage}_skip")(x)
            x = layers.Add(name=f"add_{stage}")([residual, skip])
        x = MinibatchStdDev(group, name="deviation")(x)
        x = activation("last")(EqualizedConv2D(widths[0], 3, padding="same", name="conv_last")(x))
        x = layers.Flatten(name="flatten")(x)
        x = activation("hidden")(EqualizedDense(widths[0], name="hidden")(x))
        logit = EqualizedDense(widths[0] if num_classes else 1, gain=1.0, dtype="float32", name="logit")(x)
        if num_classes:
            label = keras.Input((), name="label")
            inputs = [image, label]
            vector = _embedded(label, num_classes, widths[0])
            vector = dense_chain(vector, widths[0], mapping_layers, rate, slow_bias=True, name="class", last="class")
            logit = layers.Dot(axes=1, dtype="float32", name="product")([logit, vector])
            logit = layers.Rescaling(widths[0] ** -0.5, dtype="float32", name="logit_of_class")(logit)
        return keras.Model(inputs, logit, name="discriminator")


def _taps(blur: bool) -> tuple[int, ...]:
    return TAPS if blur else (1, 1)


def _finish(x: Tensor, index: int) -> Tensor:
    return activation(f"style_{index}")(NoiseInjection(seed=index, shared=True, name=f"noise_{index}")(x))


def _summed(before: Tensor, shown: Tensor, stage: int, blur: bool) -> Tensor:
    """The sum of images, of which the one before has half the resolution; in float32."""
    before = Upsample(dtype="float32", name=f"up_image_{stage}")(before)
    before = Blur(dtype="float32", name=f"blur_image_{stage}")(before) if blur else before
    return layers.Add(dtype="float32", name=f"image_{stage}")([before, shown])


def _embedded(label: Tensor, num_classes: int, units: int) -> Tensor:
    """Labels (batch,) as vectors (batch, units) of unit length."""
    vector = EqualizedDense(units, gain=1.0, name="embed")(OneHot(num_classes, name="one_hot")(label))
    return PixelNorm(name="norm_label")(vector)

"""The augmentations of adaptive discriminator augmentation (Karras et al. 2020, arXiv:2006.06676, appendix B).

Those that help most (figure 4, "bgc"): pixel blitting, geometric and color transforms, each applied with probability p. Real
and generated images go through the same ones, each by its own random numbers, and gradients pass through to the generator.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from keras import ops

from kerasgen.backend.typing import Tensor
from kerasgen.losses.warp import reflect, warp

UNIFORMS, NORMALS = 21, 7  # random numbers of an image


class Transforms(NamedTuple):
    """What is done with each image: (batch,) each; `blitted`, `warped` and `recolored` tell whether anything is, as bools."""

    blitted: Tensor
    flip: Tensor  # left to right, as a bool
    turns: Tensor  # by 90 degrees, counterclockwise
    right: Tensor  # pixels
    down: Tensor
    warped: Tensor
    scale: Tensor
    rotation: Tensor  # radians, clockwise; before the stretching
    stretch: Tensor  # of the width, and its inverse of the height
    last_rotation: Tensor
    slide_right: Tensor  # pixels
    slide_down: Tensor
    recolored: Tensor
    brightness: Tensor  # on images in [-1, 1], as all of these
    contrast: Tensor
    inverted: Tensor  # the brightness of each pixel, as a bool
    hue: Tensor  # radians
    saturation: Tensor


def augment_adaptively(images: Tensor, p: Tensor, uniforms: Tensor, normals: Tensor) -> Tensor:
    """Applies every transform with probability p; images that none was applied to stay bit for bit.

    Args:
        images: (batch, height, width, channels) in [0, 1]; the result may leave that range.
        p: scalar in [0, 1].
        uniforms: (batch, UNIFORMS) in [0, 1].
        normals: (batch, NORMALS) from N(0, 1).
    """
    height, width, _ = images.shape[1:]
    t = sample_transforms(p, uniforms, normals, height, width)
    images = _where(t.blitted, blit(images, t.flip, t.turns, t.right, t.down), images)
    matrix, shift = inverse_matrix(t.scale, t.rotation, t.stretch, t.last_rotation), (t.slide_right, t.slide_down)
    images = _where(t.warped, warp(images, matrix, ops.stack(shift, axis=-1)), images)
    colored = recolor(2.0 * images - 1.0, t.brightness, t.contrast, t.inverted, t.hue, t.saturation)
    return _where(t.recolored, 0.5 * (colored + 1.0), images)


def sample_transforms(p: Tensor, uniforms: Tensor, normals: Tensor, height: int, width: int) -> Transforms:
    """Gives the transforms of images of height x width from random numbers, with the strengths of the paper."""
    u, g = ([numbers[:, index] for index in range(numbers.shape[1])] for numbers in (uniforms, normals))
    # One rotation or both with probability p, as they are one where nothing is stretched.
    p_rotation = 1.0 - ops.sqrt(1.0 - p)
    on = [coin < (p_rotation if index in (4, 6) else p) for index, coin in enumerate(u[:13])]
    u = u[13:]

    def applied(index: int, value: Tensor, neutral: float = 0.0) -> Tensor:
        return ops.where(on[index], value, neutral)

    def any_of(first: int, last: int) -> Tensor:
        return ops.any(ops.stack(on[first : last + 1]), axis=0)

    # A quarter turn of an image that is not square would leave its frame: half turns alone.
    turns = ops.floor(4.0 * u[1]) % 4.0 if height == width else 2.0 * (ops.floor(2.0 * u[1]) % 2.0)
    return Transforms(
        blitted=any_of(0, 2),
        flip=ops.logical_and(on[0], u[0] >= 0.5),
        turns=applied(1, turns),
        right=applied(2, ops.round(0.125 * (2.0 * u[2] - 1.0) * width)),
        down=applied(2, ops.round(0.125 * (2.0 * u[3] - 1.0) * height)),
        warped=any_of(3, 7),
        scale=applied(3, 2.0 ** (0.2 * g[0]), 1.0),
        rotation=applied(4, math.pi * (2.0 * u[4] - 1.0)),
        stretch=applied(5, 2.0 ** (0.2 * g[1]), 1.0),
        last_rotation=applied(6, math.pi * (2.0 * u[5] - 1.0)),
        slide_right=applied(7, 0.125 * width * g[2]),
        slide_down=applied(7, 0.125 * height * g[3]),
        recolored=any_of(8, 12),
        brightness=applied(8, 0.2 * g[4]),
        contrast=applied(9, 2.0 ** (0.5 * g[5]), 1.0),
        inverted=ops.logical_and(on[10], u[6] >= 0.5),
        hue=applied(11, math.pi * (2.0 * u[7] - 1.0)),
        saturation=applied(12, 2.0 ** g[6], 1.0),
    )


def blit(images: Tensor, flip: Tensor, turns: Tensor, right: Tensor, down: Tensor) -> Tensor:
    """Flips, turns and then shifts, pixel by pixel; mirrored images lie around the image.

    Args:
        images: (batch, height, width, channels).
        flip: (batch,) bools, whether left and right are exchanged.
        turns: (batch,) whole numbers of turns by 90 degrees, counterclockwise; even ones for images that are not square.
        right: (batch,) whole numbers of pixels.
        down: likewise.
    """
    height, width, _ = images.shape[1:]
    odd = turns % 2.0 == 1.0
    if height == width:
        images = _where(odd, ops.transpose(images, (0, 2, 1, 3)), images)
    upside_down = ops.logical_xor(ops.logical_or(turns == 1.0, turns == 2.0), ops.logical_and(flip, odd))
    mirrored = ops.logical_xor(turns >= 2.0, ops.logical_and(flip, ops.logical_not(odd)))
    for axis, (reverse, shift) in {1: (upside_down, down), 2: (mirrored, right)}.items():
        side = images.shape[axis]
        source = reflect(ops.arange(side, dtype="float32")[None] - shift[:, None], side)
        source = ops.where(reverse[:, None], side - 1.0 - source, source)
        # (batch, to, from): a product is faster than gathering, and as exact.
        moves = ops.cast(source[:, :, None] == ops.arange(side, dtype="float32"), images.dtype)
        images = ops.einsum("bij,bjwc->biwc" if axis == 1 else "bij,bhjc->bhic", moves, images)
    return images


def inverse_matrix(scale: Tensor, rotation: Tensor, stretch: Tensor, last_rotation: Tensor) -> Tensor:
    """Gives the inverse (batch, 2, 2) of: scaling, rotating, stretching x by `stretch` and y by its inverse, rotating."""
    c, s, last_c, last_s = ops.cos(rotation), ops.sin(rotation), ops.cos(last_rotation), ops.sin(last_rotation)
    entries = [
        c * last_c / stretch - s * last_s * stretch,
        c * last_s / stretch + s * last_c * stretch,
        -s * last_c / stretch - c * last_s * stretch,
        -s * last_s / stretch + c * last_c * stretch,
    ]
    return ops.reshape(ops.stack([entry / scale for entry in entries], axis=-1), (-1, 2, 2))


def recolor(images: Tensor, brightness: Tensor, contrast: Tensor, inverted: Tensor, hue: Tensor, saturation: Tensor) -> Tensor:
    """Adds `brightness`, multiplies by `contrast`, inverts what is light and dark, rotates the hue, scales the saturation.

    The matrices of the paper keep the axis of the grays and the plane across it apart, so that no product of them is needed.
    Hue and saturation are left out where there are no three channels.

    Args:
        images: (batch, height, width, channels) in [-1, 1].
        brightness: (batch,).
        contrast: (batch,).
        inverted: (batch,) bools.
        hue: (batch,) radians.
        saturation: (batch,).
    """
    brightness, contrast, inverted, hue, saturation = (
        value[:, None, None, None] for value in (brightness, contrast, inverted, hue, saturation)
    )
    gray = ops.mean(images, axis=-1, keepdims=True)
    chroma = images - gray
    if images.shape[-1] == 3:
        across = (ops.roll(chroma, 1, axis=-1) - ops.roll(chroma, -1, axis=-1)) / 3.0**0.5  # the axis of the grays x chroma
        chroma = saturation * (ops.cos(hue) * chroma + ops.sin(hue) * across)
    return contrast * (ops.where(inverted, -1.0, 1.0) * (gray + brightness) + chroma)


def _where(chosen: Tensor, images: Tensor, others: Tensor) -> Tensor:
    return ops.where(chosen[:, None, None, None], images, others)

"""Differentiable augmentation of what the discriminator sees (Zhao et al. 2020, arXiv:2006.10738, section 3.2).

`AUGMENTATIONS` names functions `(images, numbers) -> images`: images (batch, height, width, channels) in [0, 1], numbers
(batch, 3) uniform in [0, 1), its own for each image. Real and generated images go through the same ones, and gradients
pass through to the generator.
"""

from __future__ import annotations

from collections.abc import Sequence

from keras import ops

from kerasgen.backend.typing import Tensor
from kerasgen.errors import unknown_name


def color(images: Tensor, numbers: Tensor) -> Tensor:
    """Changes brightness by up to a quarter either way, saturation by 0 to 2, contrast by 0.5 to 1.5."""
    brightness, saturation, contrast = (numbers[:, index, None, None, None] for index in range(3))
    images = images + 0.5 * (brightness - 0.5)
    gray = ops.mean(images, axis=-1, keepdims=True)
    images = gray + 2.0 * saturation * (images - gray)
    mean = ops.mean(images, axis=(1, 2, 3), keepdims=True)
    return mean + (contrast + 0.5) * (images - mean)


def translation(images: Tensor, numbers: Tensor) -> Tensor:
    """Shifts by up to an eighth of the side, up or down and left or right; gray fills the rim."""
    images = images - 0.5
    for axis in (1, 2):
        side = images.shape[axis]
        reach = side // 8
        shift = ops.floor(numbers[:, axis - 1] * (2 * reach + 1)) - reach
        places = ops.arange(side, dtype="float32")
        # (batch, to, from): one where the two places are `shift` apart; a product is faster than gathering.
        moves = ops.cast(ops.equal(places[None, :, None] - shift[:, None, None], places[None, None, :]), images.dtype)
        images = ops.einsum("bij,bjwc->biwc" if axis == 1 else "bij,bhjc->bhic", moves, images)
    return images + 0.5


def cutout(images: Tensor, numbers: Tensor) -> Tensor:
    """Covers a square of half the side, anywhere, with gray."""
    keep = 1.0
    for axis in (1, 2):
        side = images.shape[axis]
        center = ops.floor(numbers[:, axis - 1] * (side + 1))[:, None]
        places = ops.arange(side, dtype="float32")[None]
        inside = ops.logical_and(places >= center - side // 4, places < center - side // 4 + side // 2)
        shape = (-1, side, 1, 1) if axis == 1 else (-1, 1, side, 1)
        keep = keep * ops.reshape(ops.cast(inside, images.dtype), shape)
    return images * (1.0 - keep) + 0.5 * keep


AUGMENTATIONS = {"color": color, "translation": translation, "cutout": cutout}


def check_augmentations(names: Sequence[str]) -> None:
    """Raises ValueError for a name that is none of `AUGMENTATIONS`."""
    for name in names:
        if name not in AUGMENTATIONS:
            raise unknown_name("augmentation", name, AUGMENTATIONS)


def augment(images: Tensor, names: Sequence[str], numbers: Tensor) -> Tensor:
    """Applies the augmentations of `names` in their order; `numbers` (batch, len(names), 3) uniform in [0, 1)."""
    for index, name in enumerate(names):
        images = AUGMENTATIONS[name](images, numbers[:, index])
    return images

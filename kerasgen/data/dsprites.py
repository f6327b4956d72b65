"""dSprites (Matthey et al. 2017) by tensorflow-datasets, as a set of known factors like `sprites`."""

from __future__ import annotations

import functools
import os

import numpy as np

from kerasgen.data.source import Source
from kerasgen.data.sprites import NUM_SPRITES, SIDE, Sprites, split_sprites, sprite_indices
from kerasgen.data.tfds import find_builder
from kerasgen.images.resize import Size

LABELS = ("label_shape", "label_scale", "label_orientation", "label_x_position", "label_y_position")


class DSprites(Sprites):
    """Sprites that are looked up, not rendered: `bits` (737280, 64, 8) holds a bit a pixel, 377 MB."""

    def __init__(self, indices: np.ndarray, bits: np.ndarray) -> None:
        super().__init__(indices)
        self._bits = bits

    def render(self, factors: np.ndarray) -> np.ndarray:
        return 255 * np.unpackbits(self._bits[sprite_indices(factors)], axis=-1)[..., None]


def read_dsprites(
    split: str,
    size: Size | None,
    channels: int | None,
    labels: bool | str | None,
    data_dir: str | os.PathLike[str] | None = None,
) -> Source:
    """Gives dSprites in the splits of `sprites`; the set is downloaded where `data_dir` lacks it."""
    import tensorflow_datasets as tfds

    bits = np.zeros((NUM_SPRITES, SIDE, SIDE // 8), dtype="uint8")
    for examples in tfds.as_numpy(find_builder("dsprites", data_dir).as_dataset(split="train", batch_size=512)):
        factors = np.stack([examples[name] for name in LABELS], axis=-1)
        bits[sprite_indices(factors)] = np.packbits(examples["image"][..., 0] > 0, axis=-1)
    return split_sprites(functools.partial(DSprites, bits=bits), split, size, channels, labels)

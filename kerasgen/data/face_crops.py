"""Faces and what is no centred face, made of the portraits: a detector's training set whose negatives are hard."""

from __future__ import annotations

import numpy as np
from PIL import Image

from kerasgen.data.fitting import Size, fit_array
from kerasgen.data.portraits import read_portraits
from kerasgen.data.source import Source, label_name

KINDS = ("shifted", "turned", "corner", "close")


def read_face_crops(split: str, size: Size | None, channels: int | None, labels: bool | str | None) -> Source:
    """Reads the portraits of a split, then as many crops of them that are no centred upright face.

    Labels are "face" (1 for a portrait, 0 for a crop; the default).
    """
    label = label_name(labels, ["face"], "face")
    portraits = read_portraits(split, None, None, None).images
    images = np.concatenate([portraits, crops(portraits)])
    if size not in (None, images.shape[1:3]) or channels not in (None, 3):
        images = np.stack([fit_array(image, size, channels) for image in images])
    if label is None:
        return Source(images)
    return Source(images, np.repeat(np.array([1, 0], dtype="int32"), len(portraits)), ["other", "face"])


def crops(portraits: np.ndarray, seed: int = 0) -> np.ndarray:
    """One crop of each portrait (n, side, side, 3) uint8, the kinds in turn, the rest drawn from (seed, its index).

    "shifted": moved by 5/16 to 1/2 of the side, the rest mirrored; "turned": by 60 to 300 degrees; "corner": 3/8 of the side at
    a corner, enlarged: background, hair, clothing; "close": 2/5 of the side about the middle, enlarged.
    """
    made = (_crop(image, KINDS[index % len(KINDS)], np.random.default_rng([seed, index]))
            for index, image in enumerate(portraits))
    return np.stack(list(made))


def _crop(image: np.ndarray, kind: str, rng: np.random.Generator) -> np.ndarray:
    side = image.shape[0]
    padded = np.pad(image, ((side, side), (side, side), (0, 0)), mode="symmetric")
    if kind == "shifted":
        down, right = _shift(side, rng)
        return padded[side + down:2 * side + down, side + right:2 * side + right]
    picture = Image.fromarray(image)
    if kind == "turned":
        turned = Image.fromarray(padded).rotate(rng.uniform(60.0, 300.0), Image.Resampling.BICUBIC)
        return np.asarray(turned)[side:2 * side, side:2 * side]
    if kind == "corner":
        length = 3 * side // 8
        left, top = (int(end) * (side - length) for end in rng.integers(0, 2, 2))
    else:
        length = 2 * side // 5
        left, top = (int(value) for value in (side - length) // 2 + rng.integers(-side // 16, side // 16 + 1, 2))
    return np.asarray(picture.resize((side, side), Image.Resampling.LANCZOS, (left, top, left + length, top + length)))


def _shift(side: int, rng: np.random.Generator) -> tuple[int, int]:
    far = int(rng.integers(5 * side // 16, side // 2 + 1)) * int(rng.choice([-1, 1]))
    near = int(rng.integers(-side // 4, side // 4 + 1))
    return (far, near) if rng.random() < 0.5 else (near, far)

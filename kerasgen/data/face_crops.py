"""Faces and what is none, made of the portraits: a detector's training set whose negatives are hard."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from kerasgen.data.portraits import read_portraits, split_sizes
from kerasgen.data.source import Source, label_name
from kerasgen.data.splits import select
from kerasgen.images.resize import Size, fit_array

VIEWS = 3  # of each portrait
CROPS = ("shifted", "turned", "clothes", "hair")
FLOWERS = "tf_flowers"
ENLARGED = 2.5  # clothes and hair


def read_face_crops(split: str, size: Size | None, channels: int | None, labels: bool | str | None) -> Source:
    """Reads `VIEWS` views of each portrait of a split, the whole split a time, then as many crops that are no upright face.

    Labels are "face" (1 for a portrait, 0 for a crop; the default).
    """
    return _read(split, size, channels, labels)


def read_face_crops_and_flowers(
    split: str, size: Size | None, channels: int | None, labels: bool | str | None, data_dir=None
) -> Source:
    """As `read_face_crops`, with every fifth crop replaced by a flower of tensorflow-datasets' `tf_flowers`.

    No flower is shown for two portraits, so that none is in two splits.
    """
    from kerasgen.data.loading import load

    flowers = load(FLOWERS, "train", 64, channels=3, shuffle=False, drop_remainder=False, data_dir=data_dir)
    first = dict(zip(split_sizes(), np.cumsum([0, *split_sizes().values()]), strict=False))
    numbers = np.concatenate([first[name] + np.asarray(indices) for name, indices in select(split, split_sizes())])
    shuffled = np.random.default_rng(0).permutation(flowers.num_images)
    return _read(split, size, channels, labels, flowers.source[shuffled[numbers % flowers.num_images]])


def _read(split, size, channels, labels, flowers=None) -> Source:
    label = label_name(labels, ["face"], "face")
    portraits = read_portraits(split, None, None, None).images
    images = np.concatenate([face_views(portraits), crops(portraits, flowers)])
    if size not in (None, images.shape[1:3]) or channels not in (None, 3):
        images = np.stack([fit_array(image, size, channels) for image in images])
    if label is None:
        return Source(images)
    return Source(images, np.repeat(np.array([1, 0], dtype="int32"), len(images) // 2), ["other", "face"])


def face_views(portraits: np.ndarray, seed: int = 0) -> np.ndarray:
    """`VIEWS` views of each portrait (n, side, side, 3) uint8, all portraits a time.

    Moved by up to a tenth of the side each way, turned by up to 15 degrees and scaled by up to exp(0.2), drawn from (seed,
    view, index).
    """
    return _each(portraits, seed, lambda padded, view, index, rng: _view(padded, **_about_upright(rng)))


def crops(portraits: np.ndarray, flowers: np.ndarray | None = None, seed: int = 1) -> np.ndarray:
    """`VIEWS` crops of each portrait (n, side, side, 3) uint8 that are no upright face, all portraits a time.

    The kinds take turns. "shifted": as `face_views` draws them, but 0.2 to 0.35 of the side off the center, across or along;
    "turned": likewise, but by 45 to 180 degrees; "clothes" and "hair": a patch at the lower or upper edge, enlarged; and
    `flowers[index]`, if given.
    """
    kinds = CROPS if flowers is None else (*CROPS, "flower")

    def crop(padded, view, index, rng):
        kind = kinds[(index + view) % len(kinds)]
        return flowers[index] if kind == "flower" else _view(padded, **_CROPS[kind](rng))

    return _each(portraits, seed, crop)


def _each(portraits, seed: int, make) -> np.ndarray:
    side = portraits.shape[1]
    made = np.empty((VIEWS, *portraits.shape), dtype="uint8")
    for index, image in enumerate(portraits):
        padded = Image.fromarray(np.pad(image, ((side, side), (side, side), (0, 0)), mode="symmetric"))
        for view in range(VIEWS):
            made[view, index] = make(padded, view, index, np.random.default_rng([seed, view, index]))
    return made.reshape(-1, *portraits.shape[1:])


def _about_upright(rng) -> dict:
    return {
        "right": rng.uniform(-0.1, 0.1),
        "down": rng.uniform(-0.1, 0.1),
        "degrees": rng.uniform(-15.0, 15.0),
        "zoom": math.exp(rng.uniform(-0.2, 0.2)),
    }


def _shifted(rng) -> dict:
    way = "right" if rng.random() < 0.5 else "down"
    return {**_about_upright(rng), way: rng.uniform(0.2, 0.35) * rng.choice([-1, 1])}


def _turned(rng) -> dict:
    return {**_about_upright(rng), "degrees": rng.uniform(45.0, 180.0) * rng.choice([-1, 1])}


def _patch(rng, edge: int) -> dict:
    reach = (1 - 1 / ENLARGED) / 2
    return {"right": rng.uniform(-reach, reach), "down": edge * reach, "degrees": 0.0, "zoom": ENLARGED}


_CROPS = {"shifted": _shifted, "turned": _turned, "clothes": lambda rng: _patch(rng, 1), "hair": lambda rng: _patch(rng, -1)}


def _view(padded: Image.Image, right: float, down: float, degrees: float, zoom: float) -> np.ndarray:
    """The middle third of a picture, turned, then moved by parts of its side, then enlarged."""
    side = padded.width // 3
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x, y = (side * (part - 0.5 / zoom) for part in (right, down))  # the corner, from the center
    center = 1.5 * side
    matrix = (
        cosine / zoom,
        sine / zoom,
        center + cosine * x + sine * y,
        -sine / zoom,
        cosine / zoom,
        center - sine * x + cosine * y,
    )
    return np.asarray(padded.transform((side, side), Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC))

"""Faces and what is none, made of the portraits: a detector's training set whose negatives are hard."""

from __future__ import annotations

import math
import os
from collections.abc import Callable

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
    split: str,
    size: Size | None,
    channels: int | None,
    labels: bool | str | None,
    data_dir: str | os.PathLike[str] | None = None,
) -> Source:
    """As `read_face_crops`, with every fifth crop replaced by a flower of tensorflow-datasets' `tf_flowers`.

    No flower is shown for two portraits, so that none is in two splits.
    """
    from kerasgen.data.loading import read_source

    flowers = read_source(FLOWERS, "train", (64, 64), 3, None, data_dir)
    assert isinstance(flowers, Source), "flowers of this size fit into memory"
    first = dict(zip(split_sizes(), np.cumsum([0, *split_sizes().values()]), strict=False))
    numbers = np.concatenate([first[name] + np.asarray(indices) for name, indices in select(split, split_sizes())])
    shuffled = np.random.default_rng(0).permutation(len(flowers.images))
    return _read(split, size, channels, labels, flowers.images[shuffled[numbers % len(flowers.images)]])


def _read(
    split: str, size: Size | None, channels: int | None, labels: bool | str | None, flowers: np.ndarray | None = None
) -> Source:
    label = label_name(labels, ["face"], "face")
    portraits = np.asarray(read_portraits(split, None, None, None).images)
    images = np.concatenate([face_views(portraits), crops(portraits, flowers)])
    if size not in (None, images.shape[1:3]) or channels not in (None, 3):
        images = np.stack([fit_array(image, size, channels) for image in images])
    if label is None:
        return Source(images)
    return Source(images, np.repeat(np.array([1, 0], dtype="int32"), len(images) // 2), ["other", "face"])


def face_views(portraits: np.ndarray, seed: int = 0) -> np.ndarray:
    """`VIEWS` views of each portrait (n, side, side, 3) uint8, all portraits a time.

    Moved by up to a tenth of the side each way, turned by up to 15 degrees and scaled by up to exp(0.2), sampled by (seed,
    view, index).
    """
    return _each(portraits, seed, lambda padded, view, index, rng: _view(padded, **_about_upright(rng)))


def crops(portraits: np.ndarray, flowers: np.ndarray | None = None, seed: int = 1) -> np.ndarray:
    """`VIEWS` crops of each portrait (n, side, side, 3) uint8 that are no upright face, all portraits a time.

    The kinds take turns. "shifted": as `face_views` samples them, but 0.2 to 0.35 of the side off the center, across or along;
    "turned": likewise, but by 45 to 180 degrees; "clothes" and "hair": a patch at the lower or upper edge, enlarged; and
    `flowers[index]`, if given.
    """
    kinds = CROPS if flowers is None else (*CROPS, "flower")

    def crop(padded: Image.Image, view: int, index: int, rng: np.random.Generator) -> np.ndarray:
        kind = kinds[(index + view) % len(kinds)]
        return _view(padded, **_CROPS[kind](rng)) if flowers is None or kind in CROPS else flowers[index]

    return _each(portraits, seed, crop)


def _each(
    portraits: np.ndarray, seed: int, make: Callable[[Image.Image, int, int, np.random.Generator], np.ndarray]
) -> np.ndarray:
    side = portraits.shape[1]
    made = np.empty((VIEWS, *portraits.shape), dtype="uint8")
    for index, image in enumerate(portraits):
        padded = Image.fromarray(np.pad(image, ((side, side), (side, side), (0, 0)), mode="symmetric"))
        for view in range(VIEWS):
            made[view, index] = make(padded, view, index, np.random.default_rng([seed, view, index]))
    return made.reshape(-1, *portraits.shape[1:])


def _about_upright(rng: np.random.Generator) -> dict[str, float]:
    return {
        "right": rng.uniform(-0.1, 0.1),
        "down": rng.uniform(-0.1, 0.1),
        "degrees": rng.uniform(-15.0, 15.0),
        "zoom": math.exp(rng.uniform(-0.2, 0.2)),
    }


def _shifted(rng: np.random.Generator) -> dict[str, float]:
    way = "right" if rng.random() < 0.5 else "down"
    return {**_about_upright(rng), way: rng.uniform(0.2, 0.35) * rng.choice([-1, 1])}


def _turned(rng: np.random.Generator) -> dict[str, float]:
    return {**_about_upright(rng), "degrees": rng.uniform(45.0, 180.0) * rng.choice([-1, 1])}


def _patch(rng: np.random.Generator, edge: int) -> dict[str, float]:
    reach = (1 - 1 / ENLARGED) / 2
    return {"right": rng.uniform(-reach, reach), "down": edge * reach, "degrees": 0.0, "zoom": ENLARGED}


_CROPS: dict[str, Callable[[np.random.Generator], dict[str, float]]] = {
    "shifted": _shifted,
    "turned": _turned,
    "clothes": lambda rng: _patch(rng, 1),
    "hair": lambda rng: _patch(rng, -1),
}


def _view(padded: Image.Image, right: float, down: float, degrees: float, zoom: float) -> np.ndarray:
    """The middle third of an image, turned, then moved by parts of its side, then enlarged."""
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

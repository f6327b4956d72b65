"""Arrays as a source of images, and NumPy's files of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kerasgen.data.source import Source, label_name
from kerasgen.data.splits import select
from kerasgen.errors import reason
from kerasgen.images.check import check_images
from kerasgen.images.resize import Size, fit_array

NUMPY = (".npy", ".npz")


class Arrays(NamedTuple):
    """Images (N, height, width, channels) or (N, height, width), uint8 or float in [0, 1]; integers (N,) or None."""

    images: np.ndarray
    labels: np.ndarray | None = None


def read_array(images: np.ndarray, split: str, size: Size | None, channels: int | None, labels: bool | str | None) -> Source:
    """Takes images (N, height, width, channels) or (N, height, width), uint8 or float in [0, 1]; all are "train".

    Raises ValueError for what `check_images` refuses, for another split and for labels.
    """
    if labels not in (None, False):
        raise ValueError(f"An array has no labels; use ImageDataset(images, labels). Received: labels={labels!r}")
    return read_arrays({"train": Arrays(images)}, split, size, channels, labels)


def read_arrays(
    arrays: Mapping[str, Arrays], split: str, size: Size | None, channels: int | None, labels: bool | str | None
) -> Source:
    """Takes the arrays of each split; raises ValueError as `read_array`, and for labels that there are not."""
    known = ["label"] if all(each.labels is not None for each in arrays.values()) else []
    label = label_name(labels, known, "label")
    parts = select(split, {name: len(each.images) for name, each in arrays.items()})
    images = _joined([arrays[name].images[part.start : part.stop] for name, part in parts])
    if images.ndim == 3:
        images = images[..., None]
    check_images(images)
    if images.dtype != np.uint8:
        images = images.astype("float32", copy=False)
    if size not in (None, images.shape[1:3]) or channels not in (None, images.shape[-1]):
        images = np.stack([fit_array(image, size, channels) for image in images])
    if label is None:
        return Source(images)
    if not known:
        raise ValueError(f"Labels are an array of integers beside the images. Received: labels={labels!r}")
    numbers = {name: np.asarray(each.labels).ravel() for name, each in arrays.items()}
    for name, each in numbers.items():
        if len(each) != len(arrays[name].images) or each.dtype.kind not in "iu" or each.min(initial=0) < 0:
            raise ValueError(
                f"Labels must be whole numbers from 0, one an image. Received: {len(each)} of {each.dtype} from "
                f"{each.min(initial=0)} for {len(arrays[name].images)} images"
            )
    class_names = [str(number) for number in range(1 + max(int(each.max(initial=0)) for each in numbers.values()))]
    return Source(images, _joined([numbers[name][part.start : part.stop] for name, part in parts]), class_names)


def find_arrays(path: Path) -> dict[str, Arrays]:
    """Finds the arrays in a `.npy` or `.npz` file, by split; the former stays on the disk.

    A `.npz` has "images" and maybe "labels"; or, as Keras's have, "x_train", "y_train", "x_test", "y_test"; or one array of
    images. Raises ValueError for another file; what is pickled is not read.
    """
    try:
        if path.suffix.lower() == ".npy":
            return {"train": Arrays(np.lib.format.open_memmap(path, mode="r"))}
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        if others := [name for name, each in arrays.items() if not isinstance(each, np.ndarray)]:
            raise ValueError(f"{others[0]} is none")
    except Exception as error:  # numpy passes on what zipfile, zlib and tokenize raise, by the kind of damage
        raise ValueError(f"A NumPy file must hold arrays of numbers. Received: {path} ({reason(error)})") from None
    if "x_train" in arrays:
        splits = {name: f"x_{name}" for name in ("train", "test") if f"x_{name}" in arrays}
        return {name: Arrays(arrays[key], arrays.get(f"y_{name}")) for name, key in splits.items()}
    images = [name for name, each in arrays.items() if each.ndim in (3, 4)]
    name = "images" if "images" in images else images[0] if len(images) == 1 else None
    if name is None:
        raise ValueError(
            f"A .npz file must have one array of images, or one of the name 'images'. Received: {path} with "
            f"{', '.join(f'{name} {each.shape}' for name, each in arrays.items())}"
        )
    return {"train": Arrays(arrays[name], arrays.get("labels"))}


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)

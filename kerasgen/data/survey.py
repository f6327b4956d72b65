"""Looks at data before a training begins: how many images, of which sizes and classes, and what cannot be used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from kerasgen.data.array import Arrays
from kerasgen.data.file_set import Entry, FileSet
from kerasgen.data.image_files import Examined, UnreadableImage, examine
from kerasgen.data.loading import find_files, read_source
from kerasgen.data.source import BUILT_IN, FROM_TFDS, Source, label_name
from kerasgen.images.check import check_images

TFDS_FALLBACK = (64, 64), 3  # for sets whose images have various shapes


class Survey(NamedTuple):
    """What a source holds.

    Attributes:
        splits: the number of usable images of each split.
        heights, widths: the smallest, the median and the largest.
        side: the median of the shorter sides.
        channels: 3 if any image has colors, else 1.
        classes: the number of images of each class in all splits, by its name; empty without labels.
        refused: what is said of the files that cannot be used.
        copies: images that equal an earlier one.
    """

    splits: Mapping[str, int]
    heights: tuple[int, int, int]
    widths: tuple[int, int, int]
    side: int
    channels: int
    classes: Mapping[str, int] = {}
    refused: Sequence[str] = ()
    copies: int = 0

    @property
    def num_images(self) -> int:
        """The number of usable images in all splits."""
        return sum(self.splits.values())


def survey(source: str, label: str | bool | None = True, skip_corrupt: bool = False) -> Survey:
    """Looks at all images of a source; files are decoded once, and held one at a time.

    Args:
        source: a name or path that `load` takes.
        label: whose classes are counted; True for the default one, where there is such.
        skip_corrupt: leave out the files that cannot be used, instead of raising.

    Raises ValueError for an unknown source, for files that cannot be used, all of them named, and for float images that are not
    in [0, 1] or not finite.
    """
    found = None if source in BUILT_IN else find_files(source)
    if isinstance(found, FileSet):
        return _survey_files(found, label, skip_corrupt)
    if found is not None:
        return _survey_arrays(found)
    return _survey_set(source, label)


def _survey_files(found: FileSet, label: str | bool | None, skip_corrupt: bool) -> Survey:
    entries = [(split, entry) for split, part in found.splits.items() for entry in part]
    seen = [each for part in found.splits.values() for each in examine([entry.file for entry in part])]
    refused = [str(each) for each in seen if isinstance(each, UnreadableImage)]
    if refused and not skip_corrupt:
        shown = "; ".join(f"{each.split('Received: ')[1]}" for each in refused[:5])
        more = f"; and {len(refused) - 5} more" if len(refused) > 5 else ""
        raise ValueError(
            "Every image file must be readable, with 8 bits a channel and one frame; skip_corrupt=True leaves out the others. "
            f"Received: {len(refused)} of {len(seen)} that are not: {shown}{more}"
        )
    pairs = zip(entries, seen, strict=True)
    usable = [(split, entry, each) for (split, entry), each in pairs if isinstance(each, Examined)]
    if not usable:
        raise ValueError(f"One image at least must be readable. Received: {refused[0]}")
    shapes = np.array([each[:3] for *_, each in usable])
    counts = Counter(split for split, *_ in usable)
    return Survey(
        {name: counts[name] for name in found.splits},
        _range(shapes[:, 0]),
        _range(shapes[:, 1]),
        int(np.median(shapes[:, :2].min(axis=1))),
        int(shapes[:, 2].max()),
        _classes(found, [entry for _, entry, _ in usable], label),
        refused,
        len(usable) - len({each.checksum for *_, each in usable}),
    )


def _range(values: np.ndarray) -> tuple[int, int, int]:
    return int(values.min()), int(np.median(values)), int(values.max())


def _classes(found: FileSet, entries: Sequence[Entry], label: str | bool | None) -> dict[str, int]:
    """The number of images a class; none where some files lack the label that is looked for by default."""
    if not found.label_names or label in (None, False):
        return {}
    name = found.default_label() if label is True else label_name(label, found.label_names, None)
    everywhere = all(name in entry.labels for part in found.splits.values() for entry in part)
    if name is None or (label is True and not everywhere):
        return {}
    counts = Counter(entry.labels[name] for entry in entries)
    return {each: counts[each] for each in found.class_names(name)}


def _survey_arrays(found: Mapping[str, Arrays]) -> Survey:
    checksums: list[int] = []
    for images, _ in found.values():
        check_images(images[..., None] if images.ndim == 3 else images)
        checksums += [hash(np.ascontiguousarray(image).tobytes()) for image in images]
    images = next(iter(found.values())).images
    height, width = images.shape[1:3]
    numbers = [np.asarray(each.labels).ravel() for each in found.values() if each.labels is not None]
    valid = len(numbers) == len(found) and all(each.dtype.kind in "iu" and each.min(initial=0) >= 0 for each in numbers)
    counts = np.bincount(np.concatenate(numbers).astype("int64")) if valid else ()
    return Survey(
        {name: len(each.images) for name, each in found.items()},
        (height,) * 3,
        (width,) * 3,
        min(height, width),
        images.shape[3] if images.ndim == 4 else 1,
        {str(number): int(count) for number, count in enumerate(counts)},
        copies=len(checksums) - len(set(checksums)),
    )


def _survey_set(name: str, label: str | bool | None) -> Survey:
    """A built-in set, or one of tensorflow-datasets; of the latter the files are not decoded."""
    if name in BUILT_IN and name not in FROM_TFDS:
        parts = {split: read_source(name, split, None, None, None, None) for split in ("train", "test")}
        shapes = {split: part.images.shape for split, part in parts.items() if isinstance(part, Source)}
        shape = shapes["train"]
        splits = {split: each[0] for split, each in shapes.items()}
        return Survey(splits, (shape[1],) * 3, (shape[2],) * 3, min(shape[1:3]), shape[3])
    from kerasgen.data.tfds import describe_set

    described = describe_set(name, label)
    size, channels = TFDS_FALLBACK
    height, width, found = (known or usual for known, usual in zip(described.shape, (*size, channels), strict=True))
    counts = dict.fromkeys(described.class_names, 0)
    return Survey(described.splits, (height,) * 3, (width,) * 3, min(height, width), found, counts)

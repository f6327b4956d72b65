"""Pairs of images for translators: an image and a transform of it, two folders, or images that stand side by side."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from kerasgen.data.folder import image_files
from kerasgen.data.image_files import FileImages, check_background, no_images
from kerasgen.data.lazy import Images, LazyImages, Mapped, Subset
from kerasgen.data.loading import read_source
from kerasgen.data.paired_dataset import PairedDataset
from kerasgen.data.sizes import check_image_size
from kerasgen.data.source import Source
from kerasgen.data.splits import select, split_names
from kerasgen.data.transforms import TRANSFORMS
from kerasgen.errors import unknown_name
from kerasgen.files import user_path
from kerasgen.images import to_uint8
from kerasgen.images.opening import WHITE, Background
from kerasgen.images.resize import Size, fit_array

SIDES = {"left_to_right": (0, 1), "right_to_left": (1, 0)}

Transform = Callable[[np.ndarray], np.ndarray]


def load_pairs(
    source: str | os.PathLike[str] | np.ndarray | Sequence[str | os.PathLike[str]],
    pairs: str | Transform | None = "edges",
    split: str = "train",
    image_size: int | tuple[int, int] | None = None,
    batch_size: int = 16,
    *,
    jitter: int = 0,
    channels: int | None = None,
    where: Mapping[str, str] | None = None,
    mirror: bool = False,
    shuffle: bool | None = None,
    seed: int = 0,
    drop_remainder: bool | None = None,
    skip_corrupt: bool = False,
    background: Background = WHITE,
    data_dir: str | os.PathLike[str] | None = None,
) -> PairedDataset:
    """Loads pairs of images as a `Dataset` of batches (sources, targets) for the `fit` of a translator.

    Args:
        source: what `load` takes; a pair of folders (sources, targets) that hold images of equal names, their
            `train` and `test` where there are such, with `pairs=None`.
        pairs: how the source comes from the target: a name in `kerasgen.data.transforms.TRANSFORMS` or a function
            from uint8 (height, width, channels) to the same height and width; or where it stands in an image of two
            side by side: "left_to_right" (the archives of pix2pix: sources left) or "right_to_left". Halves are fitted alike.
        split: as in `load`.
        image_size: int or (height, width), as in `load`.
        jitter: pixels by which images are loaded larger, and cut at random (Isola et al. 2017, appendix 6.2: 30 at 256).
        channels: of the targets, and of sources that are not transforms of them; None keeps them.
        where: {label: class}: only the images of that class.
        mirror, seed, drop_remainder: as `PairedDataset`.
        shuffle: True for splits of training and False for others if None.
        skip_corrupt, background, data_dir: as in `load`; two folders are read as they are.

    Raises:
        ValueError: files of two folders that do not match (by name); an unknown transform or class; what `load` raises.
    """
    if jitter < 0 or (jitter and image_size is None):
        raise ValueError(f"jitter must be a number of pixels, with image_size. Received: {jitter=}, {image_size=}.")
    shuffle = split.startswith("train") if shuffle is None else shuffle
    jitter = jitter if shuffle else 0
    cropped = check_image_size(image_size)
    size = cropped and (cropped[0] + jitter, cropped[1] + jitter)
    sources: Images
    targets: Images
    if not isinstance(source, (str, os.PathLike, np.ndarray)):
        first, second = map(user_path, source)
        sources, targets = _folders(first, second, split, size, channels, check_background(background))
    elif isinstance(pairs, str) and pairs in SIDES:
        images = read_class(source, split, size, channels, where, data_dir, skip_corrupt, background, halves=True)
        sources, targets = (_half(images, side, size) for side in SIDES[pairs])
    else:
        targets = read_class(source, split, size, channels, where, data_dir, skip_corrupt, background)
        sources = _mapped(targets, _transform(pairs))
    return PairedDataset(
        sources,
        targets,
        batch_size,
        crop=cropped if jitter else None,
        mirror=mirror,
        shuffle=shuffle,
        seed=seed,
        drop_remainder=drop_remainder,
    )


def read_class(
    source: str | os.PathLike[str] | np.ndarray,
    split: str,
    size: Size | None,
    channels: int | None,
    where: Mapping[str, str] | None,
    data_dir: str | os.PathLike[str] | None,
    skip_corrupt: bool = False,
    background: Background = WHITE,
    halves: bool = False,
) -> Images:
    """Finds uint8 images (N, height, width, channels), of one class where `where` is {label: class}; see `read_source`."""
    label, wanted = next(iter(where.items())) if where else (None, None)
    found = read_source(source, split, size, channels, label, data_dir, skip_corrupt, background, halves)
    if not isinstance(found, Source):
        raise ValueError(f"Images for a translator are held in memory. Received: {source!r}, which is too large at this size.")
    images = found.images
    if wanted is not None:
        names = found.class_names or []
        if wanted not in names:
            raise unknown_name(f"class of {label!r}", wanted, names)
        chosen = np.flatnonzero(found.labels == names.index(wanted))
        images = Subset(images, chosen) if isinstance(images, LazyImages) else images[chosen]
    return to_uint8(images) if isinstance(images, np.ndarray) and images.dtype != np.uint8 else images


def _transform(pairs: str | Transform | None) -> Transform:
    if callable(pairs):
        return pairs
    if pairs not in TRANSFORMS:
        raise unknown_name("kind of pairs", pairs, [*TRANSFORMS, *SIDES])
    return TRANSFORMS[pairs]


def _mapped(images: Images, function: Transform) -> Images:
    return Mapped(images, function) if isinstance(images, LazyImages) else np.stack([function(image) for image in images])


def _half(images: Images, side: int, size: Size | None) -> Images:
    width = images.shape[2]
    if width % 2:
        raise ValueError(f"Images of two side by side must have an even width. Received: {width} pixels.")
    part = slice(side * width // 2, (side + 1) * width // 2)
    return _mapped(images, lambda image: fit_array(image[:, part], size, None))


def _folders(
    sources: Path, targets: Path, split: str, size: Size | None, channels: int | None, background: Background
) -> tuple[FileImages, FileImages]:
    found: list[dict[Path, Path]] = []
    name = split_names(split)[0]
    for folder in (sources, targets):
        folder = folder / name if (folder / name).is_dir() else folder
        if not folder.is_dir():
            raise ValueError(f"Pairs are in two folders of images. Received: no folder {os.fspath(folder)}.")
        found.append({file.relative_to(folder).with_suffix(""): file for file in image_files(folder)})
        if not found[-1]:
            raise no_images(folder)
    alone = sorted(map(str, found[0].keys() ^ found[1].keys()))
    if alone:
        raise ValueError(
            f"Every image must have its partner of the same name. Received: {', '.join(alone[:10])}"
            f"{f' and {len(alone) - 10} more' if len(alone) > 10 else ''}, in one folder only."
        )
    names = sorted(found[0])
    chosen = [names[index] for _, indices in select(split, {name: len(names)}) for index in indices]
    first, second = (FileImages([files[name] for name in chosen], size, channels, background) for files in found)
    return first, second

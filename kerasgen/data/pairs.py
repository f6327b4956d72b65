"""Pairs of images for translators: an image and a drawing of it, two folders, or pictures that stand side by side."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from kerasgen.data.batches import ImageBatches
from kerasgen.data.epochs import EpochBatches
from kerasgen.data.folder import image_files, no_images, read_files
from kerasgen.data.loading import load
from kerasgen.data.splits import select, split_names
from kerasgen.data.transforms import TRANSFORMS
from kerasgen.errors import unknown_name
from kerasgen.images import to_uint8
from kerasgen.images.check import check_images

SIDES = {"left_to_right": (0, 1), "right_to_left": (1, 0)}


class PairedBatches(EpochBatches):
    """Batches (sources, targets) of float32 images in [0, 1] that belong together; what is done to one is done to both.

    Order, mirroring and crops of epoch e are a function of (seed, e) alone.

    Args:
        sources, targets: arrays (N, height, width, channels), uint8 or float in [0, 1], of one height and width.
        crop: (height, width) that is cut from each pair, at random where `shuffle` is on and from the middle where it is off;
            None takes all.
        mirror, shuffle, seed, drop_remainder: as `ImageBatches`.
    """

    def __init__(
        self,
        sources: np.ndarray,
        targets: np.ndarray,
        batch_size: int = 16,
        *,
        crop: tuple[int, int] | None = None,
        mirror: bool = False,
        shuffle: bool = True,
        seed: int = 0,
        drop_remainder: bool | None = None,
    ):
        super().__init__()
        for name, images in (("sources", sources), ("targets", targets)):
            check_images(images, name=name)
        if sources.shape[:3] != targets.shape[:3] or sources.dtype != targets.dtype:
            raise ValueError(
                "Sources and targets must agree in number, height, width and dtype. Received: "
                f"{sources.shape} {sources.dtype} and {targets.shape} {targets.dtype}."
            )
        if crop is not None and any(not 0 < part <= whole for part, whole in zip(crop, sources.shape[1:3], strict=True)):
            raise ValueError(f"A crop must lie in the images, {sources.shape[1:3]}. Received: crop={crop}.")
        self._both = ImageBatches(
            np.concatenate([sources, targets], axis=-1),
            batch_size=batch_size,
            mirror=mirror,
            shuffle=shuffle,
            seed=seed,
            drop_remainder=drop_remainder,
        )
        self._channels = sources.shape[-1]
        self._size = tuple(crop or sources.shape[1:3])

    @property
    def num_images(self) -> int:
        """The number of pairs."""
        return self._both.num_images

    @property
    def batch_size(self) -> int:
        return self._both.batch_size

    @property
    def image_shapes(self) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
        """(height, width, channels) of the sources and of the targets."""
        return (*self._size, self._channels), (*self._size, self._both.image_shape[-1] - self._channels)

    def images(self, chosen: np.ndarray | slice = slice(None)) -> tuple[np.ndarray, np.ndarray]:
        """Gives all sources and targets, or those chosen, in the source's order: never mirrored, from the middle."""
        both = self._both.images(chosen)
        margins = [(whole - part) // 2 for whole, part in zip(both.shape[1:3], self._size, strict=True)]
        return self._split(self._cut(both, np.tile(margins, (len(both), 1))))

    def __len__(self) -> int:
        return len(self._both)

    def batch(self, index: int):
        self._both.epoch = self.epoch
        both = self._both.batch(index)
        room = np.array(both.shape[1:3]) - self._size
        shifts = np.tile(room // 2, (len(both), 1))
        if self._both.shuffle:
            shifts = np.random.default_rng([self._both.seed, self.epoch, index]).integers(room + 1, size=(len(both), 2))
        return self._split(self._cut(both, shifts))

    def _cut(self, images: np.ndarray, corners: np.ndarray) -> np.ndarray:
        height, width = self._size
        return np.stack(
            [image[top : top + height, left : left + width] for image, (top, left) in zip(images, corners, strict=True)]
        )

    def _split(self, both: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return both[..., : self._channels], both[..., self._channels :]


def load_pairs(
    source,
    pairs: str | Callable | None = "edges",
    split: str = "train",
    image_size: int | None = None,
    batch_size: int = 16,
    *,
    jitter: int = 0,
    channels: int | None = None,
    data_dir=None,
    where: dict | None = None,
    **options,
) -> PairedBatches:
    """Loads pairs of images as batches (sources, targets) for the `fit` of a translator.

    Args:
        source: what `load` takes; a pair of folders (sources, targets) that hold images of equal names, their
            `train` and `test` where there are such, with `pairs=None`.
        pairs: how the source comes from the target: a name in `kerasgen.data.transforms.TRANSFORMS` or a function
            from uint8 (height, width, channels) to the same height and width; or where it stands in a picture of two
            side by side: "left_to_right" (the archives of pix2pix: sources left) or "right_to_left".
        split: as in `load`.
        image_size: side in pixels.
        jitter: pixels by which pictures are loaded larger, and cut at random (Isola et al. 2017, appendix 6.2: 30 at 256).
        channels: of the targets, and of sources that are no drawings; None keeps them.
        where: {label: class}: only the images of that class.
        **options: `mirror`, `shuffle`, `seed`, `drop_remainder`, as `PairedBatches`.

    Raises:
        ValueError: files of two folders that do not match (by name); an unknown drawing or class; what `load` raises.
    """
    if jitter < 0 or (jitter and image_size is None):
        raise ValueError(f"jitter must be a number of pixels, with image_size. Received: {jitter=}, {image_size=}.")
    options.setdefault("shuffle", split.startswith("train"))
    jitter = jitter if options["shuffle"] else 0
    size = None if image_size is None else (image_size + jitter, image_size + jitter)
    if isinstance(source, (tuple, list)):
        sources, targets = _folders(*map(Path, source), split, size, channels)
    else:
        beside = SIDES.get(pairs) if isinstance(pairs, str) else None
        wanted = None if size is None else (size[0], size[1] * 2) if beside else size
        targets = load_class(source, split, wanted, channels, where, data_dir)
        sources, targets = _halves(targets, beside) if beside else (_drawn(targets, _drawing(pairs)), targets)
    crop = (image_size, image_size) if jitter else None
    return PairedBatches(sources, targets, batch_size, crop=crop, **options)


def load_class(source, split: str, size, channels: int | None, where: dict | None, data_dir=None) -> np.ndarray:
    """Loads uint8 images (N, height, width, channels), of one class where `where` is {label: class}."""
    label, wanted = next(iter(where.items())) if where else (None, None)
    found = load(source, split, size, 1, channels=channels, labels=label, shuffle=False, data_dir=data_dir)
    if not hasattr(found, "source"):
        raise ValueError(f"Images for a translator are held in memory. Received: {source!r}, which is too large at this size.")
    images = np.asarray(found.source)
    if label is not None:
        if wanted not in (found.class_names or ()):
            raise unknown_name(f"class of {label!r}", wanted, found.class_names or ())
        images = images[found.labels == found.class_names.index(wanted)]
    return images if images.dtype == np.uint8 else to_uint8(images)


def _drawing(pairs) -> Callable:
    if callable(pairs):
        return pairs
    if pairs not in TRANSFORMS:
        raise unknown_name("kind of pairs", pairs, [*TRANSFORMS, *SIDES])
    return TRANSFORMS[pairs]


def _drawn(images: np.ndarray, drawing: Callable) -> np.ndarray:
    return np.stack([drawing(image) for image in images])


def _halves(pictures: np.ndarray, order: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    width = pictures.shape[2]
    if width % 2:
        raise ValueError(f"Pictures of two side by side must have an even width. Received: {width} pixels.")
    halves = pictures[:, :, : width // 2], pictures[:, :, width // 2 :]
    return halves[order[0]], halves[order[1]]


def _folders(sources: Path, targets: Path, split: str, size, channels) -> tuple[np.ndarray, np.ndarray]:
    found, name = [], split_names(split)[0]
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
    return tuple(read_files([files[name] for name in chosen], size, channels) for files in found)

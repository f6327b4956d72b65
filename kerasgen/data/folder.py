"""A folder of image files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kerasgen.data.image_files import FileImages, image_files, no_images
from kerasgen.data.source import Source, label_name
from kerasgen.data.splits import select
from kerasgen.images.resize import Size

# Folders that are splits and no classes, once there is another than the last two; with A and B those of CycleGAN's archives.
SPLITS = ("train", "test", "trainA", "trainB", "testA", "testB", "val", "validation")


def read_folder(root: Path, split: str, size: Size | None, channels: int | None, labels: bool | str | None) -> Source:
    """Finds the image files below a folder, ordered by file name, so that a slice of it holds images of every class.

    Sub-folders are classes (`labels=True`); `train` and `test` sub-folders, where there are such, are splits. The images are
    read when they are asked for. Raises ValueError for an unknown split, for no image at all, and what `FileImages` raises.
    """
    labeled = label_name(labels, ["label"], "label") is not None
    folders = {name: root / name for name in SPLITS if (root / name).is_dir()}
    if not set(folders) - {"val", "validation"}:
        folders = {"train": root}
    files = {name: sorted(image_files(folder), key=lambda file: (file.name, file)) for name, folder in folders.items()}
    if not any(files.values()):
        raise no_images(root)
    parts = select(split, {name: len(found) for name, found in files.items()})
    chosen = [(name, files[name][index]) for name, indices in parts for index in indices]
    # Over all splits: a class that the test split lacks must not shift the numbers of the others.
    class_names = sorted({_class_of(file, folders[name]) for name in files for file in files[name]}) if labeled else []
    images = FileImages([file for _, file in chosen], size, channels)
    if not labeled:
        return Source(images)
    numbers = {name: number for number, name in enumerate(class_names)}
    labels_of = [numbers[_class_of(file, folders[name])] for name, file in chosen]
    return Source(images, np.array(labels_of, dtype="int32"), class_names)


def _class_of(file: Path, folder: Path) -> str:
    parts = file.relative_to(folder).parts
    if len(parts) == 1:
        raise ValueError(f"Labels of a folder are its sub-folders: every image must lie in one. Received: {file}")
    return parts[0]

"""Image files that belong together, by split and with their labels: what folders, archives and tables come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import NamedTuple

import numpy as np

from kerasgen.data.image_files import FileImages, ImageSource, UnreadableImage, examine, no_images
from kerasgen.data.source import Source, label_name
from kerasgen.data.splits import select
from kerasgen.images.opening import WHITE, Background
from kerasgen.images.resize import Size

# Folders that are splits and no classes, once there is another than the last two; with A and B those of CycleGAN's archives.
SPLITS = ("train", "test", "trainA", "trainB", "testA", "testB", "val", "validation")


class Entry(NamedTuple):
    """An image file and its labels, by their names."""

    file: ImageSource
    labels: Mapping[str, str]


class FileSet(NamedTuple):
    """Image files by split.

    Attributes:
        where: the folder or file that they come from, for messages.
        splits: the files of each split.
        classes: the names of a label's values in the order of their numbers, where the source tells it.
    """

    where: str
    splits: Mapping[str, list[Entry]]
    classes: Mapping[str, list[str]] = {}

    @property
    def sizes(self) -> dict[str, int]:
        """The number of files of each split."""
        return {name: len(entries) for name, entries in self.splits.items()}

    @property
    def label_names(self) -> list[str]:
        """The names of the labels that files have."""
        return sorted({name for entries in self.splits.values() for entry in entries for name in entry.labels})

    def choose(self, split: str) -> list[Entry]:
        """Gives the files of a split or of slices of it; raises ValueError as `select`."""
        return [self.splits[name][index] for name, indices in select(split, self.sizes) for index in indices]

    def class_names(self, label: str) -> list[str]:
        """Gives the values of a label in the order of their numbers, over all splits: a class that one lacks keeps its number.

        Raises ValueError for files without the label.
        """
        names = {_value(entry, label, self.where) for entries in self.splits.values() for entry in entries}
        if label in self.classes:
            return self.classes[label]
        return sorted(names, key=int) if all(name.isdecimal() for name in names) else sorted(names)

    def default_label(self) -> str | None:
        """Gives the label that is meant by `labels=True`: "label" or the only one."""
        names = self.label_names
        return "label" if "label" in names or not names else names[0] if len(names) == 1 else None

    def read(
        self,
        split: str,
        size: Size | None,
        channels: int | None,
        labels: bool | str | None,
        skip_corrupt: bool = False,
        background: Background = WHITE,
        halves: bool = False,
    ) -> Source:
        """Gives the images of a split, which are read when they are asked for, and the labels that `load` is asked for.

        `background` and `halves` are those of `FileImages`. With `skip_corrupt` every file is decoded, and those that cannot be
        used are left out and named in `Source.refused`.
        """
        label = label_name(labels, self.label_names or ["label"], self.default_label())
        class_names = None if label is None else self.class_names(label)
        chosen, refused = self.choose(split), []
        if skip_corrupt:
            seen = examine([entry.file for entry in chosen])
            refused = [str(fault) for fault in seen if isinstance(fault, UnreadableImage)]
            pairs = zip(chosen, seen, strict=True)
            chosen = [entry for entry, found in pairs if not isinstance(found, UnreadableImage)]
            if not chosen:
                raise ValueError(f"One image at least must be readable. Received: {refused[0]}")
        images = FileImages([entry.file for entry in chosen], size, channels, background, halves)
        if class_names is None or label is None:
            return Source(images, refused=refused)
        numbers = {name: number for number, name in enumerate(class_names)}
        if unknown := sorted({entry.labels[label] for entry in chosen} - numbers.keys()):
            raise ValueError(f"A label must be one of the classes that the file names. Received: {unknown[0]} in {self.where}")
        labels_of = np.array([numbers[entry.labels[label]] for entry in chosen], dtype="int32")
        return Source(images, labels_of, class_names, refused)


def arrange(where: PurePath, files: Iterable[tuple[PurePath, ImageSource]]) -> FileSet:
    """Arranges files by their paths: `train` and `test` folders, where there are such, are splits, sub-folders are classes.

    The files of a split are ordered by file name, so that a slice holds images of every class. Raises ValueError for no file.
    """
    ordered = sorted(files, key=lambda each: (each[0].name, each[0]))
    if not ordered:
        raise no_images(where)
    first = {path.parts[0] for path, _ in ordered if len(path.parts) > 1}
    split = bool(first & set(SPLITS) - {"val", "validation"})
    splits: dict[str, list[Entry]] = {name: [] for name in SPLITS if name in first} if split else {"train": []}
    classes: dict[str, dict[str, str]] = {}
    for path, file in ordered:
        parts = path.parts
        if split and (len(parts) == 1 or parts[0] not in splits):
            continue
        inner = parts[1:] if split else parts
        labels = classes.setdefault(inner[0], {"label": inner[0]}) if len(inner) > 1 else {}
        splits[parts[0] if split else "train"].append(Entry(file, labels))
    return FileSet(str(where), splits)


def _value(entry: Entry, label: str, where: str) -> str:
    if label not in entry.labels:
        name = getattr(entry.file, "name", entry.file)
        raise ValueError(f"Labels of a folder are its sub-folders: every image must lie in one. Received: {name} in {where}")
    return entry.labels[label]

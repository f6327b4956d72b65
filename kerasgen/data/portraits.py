"""The embedded data set: portraits of US politicians, 64 x 64 RGB; see the README.md beside its files."""

from __future__ import annotations

import functools
import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

from kerasgen.data.source import Source, label_name
from kerasgen.data.splits import select
from kerasgen.data.tfrecord import parse_example, read_records
from kerasgen.files import sha256
from kerasgen.images.resize import Size, fit_image
from kerasgen.zoo_folder import zoo_folder

FOLDER = zoo_folder() / "portraits" / "1.0.0"
SHA256 = {  # of the records of each split
    "test": "95f1bd45673696741f7115ab08e3784aa091c2fa803d5f840d4a88999df246c5",
    "train": "f7ad7102fcf1923bac848e38d367bcef7015518e2f4339a097c896fac4f9a8c0",
}
LABELS = ["era", "gender", "tone", "born", "last_congress"]


def read_portraits(split: str, size: Size | None, channels: int | None, labels: bool | str | None) -> Source:
    """Reads the portraits of a split: 2,863 train, 324 test, nobody in both. Needs no TensorFlow.

    Labels: "era" (the default), "gender", "tone" are classes; "born" (year, 0 if unknown) and "last_congress" numbers.
    Raises ValueError for files that are missing or were altered.
    """
    label = label_name(labels, LABELS, "era")
    names = ["image"] if label is None else ["image", label]
    images, numbers = [], []
    for name, indices in select(split, split_sizes()):
        records = list(read_records(_records_of(FOLDER, name)))
        for index in indices:
            example = parse_example(records[index], names)
            content = example["image"][0]
            assert isinstance(content, bytes), "a bytes feature"
            image = Image.open(io.BytesIO(content))
            # Gray photographs are stored as RGB like all others: one set, one number of channels.
            images.append(fit_image(image, size, channels or 3))
            if label is not None:
                numbers.append(example[label][0])
    stacked = np.stack(images)
    if label is None:
        return Source(stacked)
    return Source(stacked, np.array(numbers, dtype="int32"), _class_names(label))


@functools.cache
def _records_of(folder: Path, split: str) -> Path:
    """The file of a split, checked when it is first read."""
    path = folder / f"portraits-{split}.tfrecord-00000-of-00001"
    digest = sha256(path) if path.is_file() else "no such file"
    if digest != SHA256.get(split):
        raise ValueError(
            f"The portraits must have the sha256 {SHA256.get(split)}: install kerasgen-zoo anew. Received: {digest} for {path}."
        )
    return path


def split_sizes() -> dict[str, int]:
    """The number of portraits of each split."""
    if not FOLDER.is_dir():
        raise ValueError(f"The portraits come with the package kerasgen-zoo. Received: no folder {FOLDER}.")
    info = json.loads((FOLDER / "dataset_info.json").read_text())
    return {split["name"]: sum(map(int, split["shardLengths"])) for split in info["splits"]}


def _class_names(label: str) -> list[str] | None:
    path = FOLDER / f"{label}.labels.txt"
    return path.read_text().split() if path.exists() else None

"""Images as datasets for `fit`: the embedded set, tensorflow-datasets by name, folders and arrays."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kerasgen.data.dataset import Dataset
    from kerasgen.data.image_dataset import ImageDataset
    from kerasgen.data.loading import load
    from kerasgen.data.paired_dataset import PairedDataset
    from kerasgen.data.pairs import load_pairs
    from kerasgen.data.streaming import StreamedDataset
    from kerasgen.data.unpaired import UnpairedDataset, load_unpaired
    from kerasgen.images.check import check_images

# Resolved at first use (PEP 562): `check_images` needs numpy only, and nothing here needs TensorFlow to be imported.
_HOMES = {
    "Dataset": "kerasgen.data.dataset",
    "ImageDataset": "kerasgen.data.image_dataset",
    "PairedDataset": "kerasgen.data.paired_dataset",
    "StreamedDataset": "kerasgen.data.streaming",
    "UnpairedDataset": "kerasgen.data.unpaired",
    "check_images": "kerasgen.images.check",
    "load": "kerasgen.data.loading",
    "load_pairs": "kerasgen.data.pairs",
    "load_unpaired": "kerasgen.data.unpaired",
}

__all__ = [
    "Dataset",
    "ImageDataset",
    "PairedDataset",
    "StreamedDataset",
    "UnpairedDataset",
    "check_images",
    "load",
    "load_pairs",
    "load_unpaired",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

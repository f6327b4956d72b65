"""What every source of images gives, and the names of those that are built in."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from kerasgen.data.lazy import Images
from kerasgen.errors import unknown_name
from kerasgen.files import user_path

BUILT_IN = {  # name: module of kerasgen.data and its function
    "portraits": ("portraits", "read_portraits"),
    "face_crops": ("face_crops", "read_face_crops"),
    "face_crops_and_flowers": ("face_crops", "read_face_crops_and_flowers"),
    "sprites": ("sprites", "read_sprites"),
    "dsprites": ("dsprites", "read_dsprites"),
}
FROM_TFDS = ("face_crops_and_flowers", "dsprites")  # which read a prepared set


class Source(NamedTuple):
    """Images (N, height, width, channels), uint8 or float32 in [0, 1]; int32 labels (N,) and their names, or None.

    `refused` tells of the files that were left out, and why.
    """

    images: Images
    labels: np.ndarray | None = None
    class_names: list[str] | None = None
    refused: Sequence[str] = ()


def unknown_source(name: str, known: Iterable[str]) -> ValueError:
    """Makes the error for a name that is neither a known set's nor that of a folder or file; the caller raises it."""
    path = user_path(name)
    beside = os.listdir(path.parent) if path.name and os.access(path.parent, os.R_OK) else []
    near = difflib.get_close_matches(name, [str(path.with_name(each)) for each in beside])
    return unknown_name("data set, and no folder or file", name, [*BUILT_IN, *known, *near])


def label_name(labels: bool | str | None, known: list[str], default: str | None) -> str | None:
    """Gives the name of the label asked for: None for none, the default for True; raises ValueError if unknown."""
    if labels is None or labels is False:
        return None
    if labels is True:
        if default is None:
            raise ValueError(f"`labels` must be a name where a set has no default label: {known}. Received: True")
        return default
    if labels not in known:
        raise unknown_name("label", labels, known)
    return labels

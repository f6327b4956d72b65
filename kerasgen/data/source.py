"""What every source of images gives."""

from typing import NamedTuple

import numpy as np

from kerasgen.errors import unknown_name


class Source(NamedTuple):
    """Images (N, height, width, channels), uint8 or float32 in [0, 1]; int32 labels (N,) and their names, or None."""

    images: np.ndarray
    labels: np.ndarray | None = None
    class_names: list[str] | None = None


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

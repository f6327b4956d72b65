"""Split names and slices in the syntax of tensorflow-datasets, for every source."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kerasgen.errors import unknown_name

_BOUND = r"-?\d+(?:\.\d+)?%?"
_PART = re.compile(rf"(?P<name>[\w-]+)(?P<slice>\[(?P<start>{_BOUND})?:(?P<stop>{_BOUND})?\])?")


def split_names(split: str) -> list[str]:
    """Gives the names in a split: "train[:90%]+test" has train and test.

    Raises ValueError where the syntax is another.
    """
    return [part["name"] for part in _parse(split)]


def select(split: str, sizes: Mapping[str, int]) -> list[tuple[str, range]]:
    """Resolves a split into (name, indices) parts, given the number of images of each named split.

    Understands "train", "train[100:200]", "train[:90%]", "train[-10%:]" and parts joined by "+". Percentages round to
    the nearest image, as in tensorflow-datasets. Raises ValueError for an unknown name, and for a slice that is empty
    or reaches beyond the split.
    """
    parts = []
    for part in _parse(split):
        name = part["name"]
        if name not in sizes:
            raise unknown_name("split", name, sizes)
        bounds = (part["start"], part["stop"])
        # As in tensorflow-datasets one per cent sign is for both bounds: [10:40%] is [10%:40%].
        percent = any(bound is not None and bound.endswith("%") for bound in bounds)
        start, stop = (_position(bound, sizes[name], percent) for bound in bounds)
        beyond = any(bound is not None and abs(bound) > sizes[name] for bound in (start, stop))
        indices = range(*slice(start, stop).indices(sizes[name]))
        if beyond or not indices:
            raise ValueError(
                f"A slice must lie in its split and hold an image; {name!r} has {sizes[name]}. Received: {split!r}"
            )
        parts.append((name, indices))
    return parts


def _parse(split: str) -> list[re.Match[str]]:
    found = [_PART.fullmatch(part.strip()) for part in split.split("+")] if isinstance(split, str) else [None]
    parts = [part for part in found if part is not None and part["slice"] != "[:]"]
    if len(parts) < len(found):
        raise ValueError(
            f"`split` must be a name with or without a slice, such as 'train' or 'train[:90%]'. Received: {split!r}"
        )
    return parts


def _position(bound: str | None, size: int, percent: bool) -> int | None:
    if bound is None:
        return None
    if percent:
        return round(float(bound.rstrip("%")) * size / 100.0)
    if "." in bound:
        raise ValueError(f"A bound of a slice must be whole or a percentage. Received: {bound}")
    return int(bound)

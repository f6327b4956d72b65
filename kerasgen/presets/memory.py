"""The memory of a model's weights, estimated before they are made: what a card asks for may be more than there is."""

from __future__ import annotations

import contextlib
import math
import os
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

import keras

ARRAYS = 2_000  # of weights; the largest models here have a quarter
AT_ONCE = 512 * 2**20  # bytes up to which a model is built without an estimate of its own

T = TypeVar("T")
_LOCK = threading.RLock()


def build_within(limit: int, name: str, build: Callable[[], T]) -> T:
    """Gives what `build` makes: a model whose weights take at most `limit` bytes as float32.

    One of more than 512 MiB is built without its values first, which takes no memory. Raises ValueError, with the estimate and
    what is to be built, `name`, for one of more than `limit`.
    """
    for most, estimate in ((min(limit, AT_ONCE), False), (limit, True)):
        with _counted(most, estimate) as count:
            try:
                if estimate:
                    _without_values(count, build)
                else:
                    return build()
            except Exception:
                if not (count.bytes > most or count.arrays > ARRAYS or estimate):
                    raise
        if count.bytes > limit:
            raise ValueError(
                f"The weights of {name} must take at most {readable(limit)} of memory. Received: arguments by which they take "
                f"{readable(count.bytes)} or more."
            )
        if count.arrays > ARRAYS:
            raise ValueError(f"{name} must have at most {ARRAYS:,} arrays of weights. Received: arguments for more.")
    return build()


def memory() -> int:
    """The memory of this machine in bytes; 16 GiB where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows
        return 16 * 2**30


def readable(size: int) -> str:
    """A number of bytes in MiB, GiB or TiB."""
    for unit, power in (("MiB", 20), ("GiB", 30)):
        if size < 1024 * 2**power:
            return f"{max(1, size >> power):,} {unit}"
    return f"{size >> 40:,} TiB"


class _Count:
    """The weights that layers declared, and whether the estimate is over."""

    def __init__(self) -> None:
        self.bytes = 0
        self.arrays = 0
        self.over = False

    def zeros(self, shape: tuple[int, ...], dtype: str | None = None) -> object:
        """An initializer: what is traced has its shape; what Keras makes of it afterwards is a single number."""
        return keras.ops.zeros(() if self.over else shape, dtype)


@contextlib.contextmanager
def _counted(limit: int, estimate: bool) -> Iterator[_Count]:
    """Counts the weights that layers declare in the block, in this thread; raises ValueError before one beyond the limit."""
    count, builder, add_weight = _Count(), threading.get_ident(), keras.layers.Layer.add_weight

    def counted(self: keras.layers.Layer, *arguments: object, **options: object) -> object:
        if threading.get_ident() != builder:
            return add_weight(self, *arguments, **options)
        shape = options.pop("shape", None) if not arguments else arguments[0]
        sizes = shape if isinstance(shape, (tuple, list)) else () if shape is None else (shape,)
        count.bytes += 4 * math.prod(sizes)
        count.arrays += 1
        if count.bytes > limit or count.arrays > ARRAYS:
            raise ValueError(f"A model must keep within its memory. Received: more at the layer {self.name}.")
        if estimate:
            options["initializer"], arguments = count.zeros, ()
        return add_weight(self, *arguments[1:], shape=shape, **options)

    with _LOCK:
        setattr(keras.layers.Layer, "add_weight", counted)  # noqa: B010 (a plain assignment is an error to mypy)
        try:
            yield count
        finally:
            setattr(keras.layers.Layer, "add_weight", add_weight)  # noqa: B010


def _without_values(count: _Count, build: Callable[[], object]) -> None:
    with keras.StatelessScope():  # in which variables have a shape and no value
        try:
            build()
        finally:
            count.over = True

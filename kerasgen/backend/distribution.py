"""What training on several devices needs of a backend's engine."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import AbstractContextManager


@dataclasses.dataclass(frozen=True)
class Distribution:
    """Devices that train one model together, each on its share of a batch.

    Attributes:
        replicas: the number of devices, those of all processes together.
        description: of them, for users.
        building: the context in which their model is built and compiled.
        training: that in which it is trained.
        alone: that in which a model of one device runs while theirs is trained.
    """

    replicas: int
    description: str
    building: Callable[[], AbstractContextManager[object]]
    training: Callable[[], AbstractContextManager[object]]
    alone: Callable[[], AbstractContextManager[object]]


def too_few(wanted: int, found: int, kind: str) -> ValueError:
    """Makes the error for devices that a machine lacks; the caller raises it."""
    return ValueError(f"`devices` must be those that the machine has. Received: {wanted}, with {found} {kind}.")

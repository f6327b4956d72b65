"""Keras's global settings: those of the user must not change what a model computes."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping

import keras

DEFAULTS = {"floatx": "float32", "epsilon": 1e-7, "image_data_format": "channels_last"}


class _Blocks:
    """The blocks in which the defaults are in force, and the user's settings meanwhile."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._of_user: Mapping[str, object] = {}

    def enter(self) -> None:
        with self._lock:
            if not self._count:
                self._of_user = {name: getattr(keras.config, name)() for name in DEFAULTS}
                _set(DEFAULTS)
            self._count += 1

    def leave(self) -> None:
        with self._lock:
            self._count -= 1
            if not self._count:
                _set(self._of_user)


_blocks = _Blocks()


@contextlib.contextmanager
def keras_defaults() -> Iterator[None]:
    """Puts Keras's defaults in force, in all threads, as the settings are the process's; the last such block restores them.

    Data, optimizers, metrics and schedules of Keras take no other dtype than `floatx`.
    """
    keras.config.dtype_policy()  # Keras makes it of `floatx` when it is first asked for
    _blocks.enter()
    try:
        yield
    finally:
        _blocks.leave()


@contextlib.contextmanager
def default_dtype_policy(policy: keras.DTypePolicy) -> Iterator[None]:
    """Makes `policy` the default of the layers that are built inside."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def model_dtype() -> keras.DTypePolicy | str:
    """Gives the dtype of a model that is told none: Keras's global policy where its weights are float32, else float32."""
    policy = keras.config.dtype_policy()
    return policy if policy.variable_dtype == "float32" else "float32"


def _set(settings: Mapping[str, object]) -> None:
    for name, value in settings.items():
        getattr(keras.config, f"set_{name}")(value)

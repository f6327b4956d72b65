"""Keeps the state of training, and goes on from it."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np

from kerasgen.errors import reason
from kerasgen.files import atomic_write, make_folder

KEPT = 2  # checkpoints: the newest, and the one before in case that cannot be read
NAME = re.compile(r"epoch_(\d+)\.npz")
UNREADABLE = (OSError, ValueError, KeyError, EOFError, NotImplementedError, zipfile.BadZipFile)  # what numpy raises


class Checkpoints(keras.callbacks.Callback):
    """Saves the whole state of training after every epoch, from which `restore` goes on bit for bit.

    A checkpoint is one file, `<directory>/epoch_0001.npz`: the weights, the random state and the optimizers' slots. It takes
    its name when it is whole and was read back; only then the one before the last goes. Place it after what else is written,
    so that nothing of an epoch is missing that a checkpoint counts as done.

    Args:
        directory: the folder; it is created.
    """

    def __init__(self, directory: str | Path) -> None:
        super().__init__()
        self._directory = Path(directory)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        save(self.model, make_folder(self._directory) / f"epoch_{epoch + 1:04d}.npz")
        self._remove_older()

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        self._remove_older()  # of a run that was killed before it could

    def _remove_older(self) -> None:
        for path in list(_found(self._directory).values())[KEPT:]:
            path.unlink()


def save(model: keras.Model, path: Path) -> None:
    """Writes the state of a compiled model as a file, which is read back before it takes its name."""
    state = {name: keras.ops.convert_to_numpy(variable.value) for name, variable in _variables(model).items()}
    with atomic_write(path) as beside:
        np.savez(beside, **state)
        _read(beside)


def restore(model: keras.Model, directory: str | Path) -> int:
    """Gives a compiled model the state of the newest checkpoint that can be read; gives the number of epochs that it has seen.

    That is 0 where there is no checkpoint. Warns of one that cannot be read; raises ValueError where none can be, and for one
    of another model.
    """
    found = _found(Path(directory))
    for epochs, path in found.items():
        try:
            state = _read(path)
        except UNREADABLE as error:
            warnings.warn(
                f"A checkpoint must be whole; the one before is taken. Received: {path} ({reason(error)}).", stacklevel=2
            )
            continue
        _assign(model, state, path)
        return epochs
    if found:
        raise ValueError(f"A run goes on from a checkpoint that can be read. Received: {directory}, with none such.")
    return 0


def epochs_done(directory: str | Path) -> int:
    """Gives the number of epochs that the newest checkpoint has seen; 0 where there is none."""
    return next(iter(_found(Path(directory))), 0)


def _found(directory: Path) -> dict[int, Path]:
    """The checkpoints of a folder by the epochs they have seen, the newest first."""
    files = directory.iterdir() if directory.is_dir() else ()
    named = {int(name[1]): path for path in files if (name := NAME.fullmatch(path.name))}
    return dict(sorted(named.items(), reverse=True))


def _variables(model: keras.Model) -> dict[str, keras.Variable]:
    """All variables, by names that are the same in every process."""
    parts = {"model": model.variables, "optimizer": model.optimizer.variables}
    return {f"{part}/{index}": each for part, variables in parts.items() for index, each in enumerate(variables)}


def _read(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a checkpoint; each part of the file has its checksum."""
    with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
        return dict(file)


def _assign(model: keras.Model, state: Mapping[str, np.ndarray], path: Path) -> None:
    variables = _variables(model)
    shapes = {name: tuple(variable.shape) for name, variable in variables.items()}
    if shapes != {name: array.shape for name, array in state.items()}:
        raise ValueError(f"A checkpoint must be of the model that goes on. Received: {path}, of another.")
    for name, variable in variables.items():
        variable.assign(state[name])

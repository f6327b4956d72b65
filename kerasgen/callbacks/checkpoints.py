"""Keeps the state of training, and goes on from it."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from kerasgen.callbacks.stop_when_diverged import first_not_finite
from kerasgen.errors import reason
from kerasgen.files import atomic_write, make_folder

KEPT = 2  # checkpoints of whole epochs: the newest, and the one before in case that cannot be read
NAME = re.compile(r"epoch_(\d+)(?:_step_(\d+))?\.npz")
METRICS = "metrics"  # the part of a checkpoint within an epoch that holds the running means of its logs
UNREADABLE = (OSError, ValueError, KeyError, EOFError, NotImplementedError, zipfile.BadZipFile)  # what numpy raises


class Begun(NamedTuple):
    """How far a run is: its complete epochs, and the steps of the next one."""

    epochs: int = 0
    steps: int = 0


class Checkpoints(keras.callbacks.Callback):
    """Saves the whole state of training after every epoch, from which `restore` goes on bit for bit.

    A checkpoint is one file, `<directory>/epoch_0001.npz`: the weights, the random state and the optimizers' slots. It takes
    its name when it is whole and was read back; only then the one before the last goes. Place it after what else is written,
    so that nothing of an epoch is missing that a checkpoint counts as done.

    Args:
        directory: the folder; it is created.
        begun: where the run goes on; within an epoch `RestOfEpoch` must run this one.
    """

    def __init__(self, directory: str | Path, begun: Begun | None = None) -> None:
        super().__init__()
        self._directory = Path(directory)
        self._begun = self._at = begun or Begun()

    def save_step(self) -> None:
        """Saves the state within an epoch, `epoch_0001_step_000200.npz`, which goes when the epoch is done.

        Call it when a step has ended. Nothing is saved before the first step of an epoch, nor a state that is not finite.
        """
        if self._at.steps and first_not_finite(self.model) is None:
            save(self.model, make_folder(self._directory) / _name(self._at), within=True)
            self._remove_older()

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        if epoch == self._begun.epochs and self._begun.steps:
            _restore_metrics(self.model, self._directory / _name(self._begun))
        self._at = Begun(epoch)

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        self._at = Begun(self._at.epochs, batch + 1)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self._at = Begun(epoch + 1)
        save(self.model, make_folder(self._directory) / _name(self._at))
        self._remove_older()

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        self._remove_older()  # of a run that was killed before it could

    def _remove_older(self) -> None:
        found = _found(self._directory)
        whole = [begun for begun in found if not begun.steps]
        newest = next(iter(found), None)
        for begun, path in found.items():
            if begun in whole[KEPT:] or (begun.steps and begun != newest):
                path.unlink()


def save(model: keras.Model, path: Path, within: bool = False) -> None:
    """Writes the state of a compiled model as a file, which is read back before it takes its name.

    `within` an epoch the running means of its logs belong to it.
    """
    variables = _variables(model) | (_metrics(model) if within else {})
    state = {name: keras.ops.convert_to_numpy(variable.value) for name, variable in variables.items()}
    with atomic_write(path) as beside:
        np.savez(beside, **state)
        _read(beside)


def restore(model: keras.Model, directory: str | Path) -> int:
    """Gives a compiled model the state of the newest checkpoint of whole epochs that can be read; gives their number.

    That is 0 where there is no checkpoint. Warns of one that cannot be read; raises ValueError where none can be, and for one
    of another model.
    """
    return _restore(model, directory, within=False).epochs


def restore_within(model: keras.Model, directory: str | Path) -> Begun:
    """As `restore`, for a checkpoint within an epoch too: `Checkpoints` and the data must then be told where it begins."""
    return _restore(model, directory, within=True)


def _restore(model: keras.Model, directory: str | Path, within: bool) -> Begun:
    found = {begun: path for begun, path in _found(Path(directory)).items() if within or not begun.steps}
    for begun, path in found.items():
        try:
            state = _read(path)
        except UNREADABLE as error:
            warnings.warn(
                f"A checkpoint must be whole; the one before is taken. Received: {path} ({reason(error)}).", stacklevel=3
            )
            continue
        _assign(_variables(model), {name: value for name, value in state.items() if not name.startswith(METRICS)}, path)
        return begun
    if found:
        raise ValueError(f"A run goes on from a checkpoint that can be read. Received: {directory}, with none such.")
    return Begun()


def newest(directory: str | Path) -> Begun:
    """Gives how far the newest checkpoint is; the beginning where there is none."""
    return next(iter(_found(Path(directory))), Begun())


def _found(directory: Path) -> dict[Begun, Path]:
    """The checkpoints of a folder by how far they are, the newest first."""
    files = directory.iterdir() if directory.is_dir() else ()
    named = {Begun(int(name[1]), int(name[2] or 0)): path for path in files if (name := NAME.fullmatch(path.name))}
    return dict(sorted(named.items(), reverse=True))


def _name(begun: Begun) -> str:
    within = f"_step_{begun.steps:06d}" if begun.steps else ""
    return f"epoch_{begun.epochs:04d}{within}.npz"


def _variables(model: keras.Model) -> dict[str, keras.Variable]:
    """All variables, by names that are the same in every process."""
    return _numbered("model", model.variables) | _numbered("optimizer", model.optimizer.variables)


def _metrics(model: keras.Model) -> dict[str, keras.Variable]:
    return _numbered(METRICS, model.metrics_variables)


def _numbered(part: str, variables: Iterable[keras.Variable]) -> dict[str, keras.Variable]:
    return {f"{part}/{index}": each for index, each in enumerate(variables)}


def _restore_metrics(model: keras.Model, path: Path) -> None:
    state = _read(path)
    _assign(_metrics(model), {name: value for name, value in state.items() if name.startswith(METRICS)}, path)


def _read(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a checkpoint; each part of the file has its checksum."""
    with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
        arrays = dict(file)
    if not all(isinstance(each, np.ndarray) for each in arrays.values()):  # numpy gives bytes of what it does not know
        raise ValueError("a part that is no array")
    return arrays


def _assign(variables: Mapping[str, keras.Variable], state: Mapping[str, np.ndarray], path: Path) -> None:
    shapes = {name: tuple(variable.shape) for name, variable in variables.items()}
    if shapes != {name: array.shape for name, array in state.items()}:
        raise ValueError(f"A checkpoint must be of the model that goes on. Received: {path}, of another.")
    for name, variable in variables.items():
        variable.assign(state[name])

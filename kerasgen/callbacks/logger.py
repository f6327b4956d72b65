"""What a program that shows runs is told during training."""

from __future__ import annotations

import abc
import importlib
import math
from collections.abc import Callable, Mapping
from pathlib import Path

import keras
import numpy as np

from kerasgen.files import atomic_write, make_folder

Images = Callable[[keras.Model], Mapping[str, np.ndarray]]


class Logger(keras.callbacks.Callback, abc.ABC):
    """Abstract: logs a run in `<directory>/<name>`, so that several loggers can share the directory.

    Every epoch come its logs, except those that are NaN (not measured); every `every` epochs also images and the trained
    weights, for histograms. A run that goes on continues its log.

    Args:
        directory: of the run; its name is that of the run.
        config: what describes the run, nested values by name, as a card has them.
        images: called with the model; gives images by name, {name: (height, width, channels) uint8}.
        every: epochs from one set of images and histograms to the next.

    Raises ImportError without the package, naming the extra that installs it.
    """

    name: str  # of the logger, its folder and its extra
    module: str  # of the package that writes the log

    def __init__(
        self,
        directory: str | Path,
        config: Mapping[str, object] | None = None,
        images: Images | None = None,
        every: int = 1,
    ) -> None:
        super().__init__()
        try:
            self._package = importlib.import_module(self.module)
        except ImportError as error:
            raise ImportError(
                f"The logger {self.name!r} needs {self.module}: pip install 'kerasgen[{self.name}]'. Received: {error}."
            ) from None
        self._directory, self._config = Path(directory), dict(config or {})
        self._images, self._every = images, every

    @abc.abstractmethod
    def start(self) -> None:
        """Begins the log, or continues it."""

    @abc.abstractmethod
    def write(
        self, epoch: int, scalars: dict[str, float], images: Mapping[str, np.ndarray], weights: dict[str, np.ndarray]
    ) -> None:
        """Writes what an epoch, counted from 1, gave: finite weights by the paths of their variables."""

    @abc.abstractmethod
    def finish(self) -> None:
        """Ends the log of a run that is complete."""

    @property
    def folder(self) -> Path:
        """Where the log is."""
        return self._directory / self.name

    @property
    def run_id(self) -> str | None:
        """The identifier of the run at its program; None for a run that begins."""
        return self._run_id_file.read_text("utf-8") if self._run_id_file.is_file() else None

    @run_id.setter
    def run_id(self, value: str) -> None:
        with atomic_write(self._run_id_file) as beside:
            beside.write_text(value, "utf-8")

    @property
    def _run_id_file(self) -> Path:
        return self.folder / "run_id"

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        make_folder(self.folder)
        self.start()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        scalars = {name: float(value) for name, value in (logs or {}).items()}
        scalars = {name: value for name, value in scalars.items() if not math.isnan(value)}
        images: Mapping[str, np.ndarray] = {}
        weights: dict[str, np.ndarray] = {}
        if (epoch + 1) % self._every == 0:
            images = self._images(self.model) if self._images else {}
            for variable in self.model.trainable_variables:
                values = keras.ops.convert_to_numpy(variable.value)
                finite = values[np.isfinite(values)]
                if finite.size:
                    weights[variable.path] = finite
        self.write(epoch + 1, scalars, images, weights)

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:
        self.finish()

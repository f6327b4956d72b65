"""Training on several devices, of one process or of several: TensorFlow's and Keras's own engines, and who writes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import keras

from kerasgen import backend
from kerasgen.callbacks.on_copy import OnCopy
from kerasgen.callbacks.stop_when_diverged import StopWhenDiverged
from kerasgen.data.dataset import Dataset
from kerasgen.training.cluster import Cluster
from kerasgen.training.processes import JOIN, Processes


class DistributedRun:
    """A run whose model is trained by several devices, each on its share of every batch.

    Make it before anything is computed. What is written, and what uses the model while it is trained, belongs to the first
    process, which has a copy of the model on one device for it.

    Args:
        devices: of this process: that many GPUs, or parts of a CPU; None for all GPUs, or the CPU.
        cluster: of processes; None where there is this one alone.
        wait: seconds in which all processes must come.

    Attributes:
        first: whether this process is the one that writes.
        processes: their number.
        replicas: the number of devices of all processes.
        description: of the devices, for users.

    Raises RuntimeError on PyTorch and in a program that has computed before, ValueError for devices that are not there, and
    what `Processes` raises.
    """

    def __init__(self, devices: int | None = None, cluster: Cluster | None = None, wait: float = JOIN) -> None:
        if keras.backend.backend() == "torch":
            backend.distribute(devices)
        self._processes = Processes(cluster, wait) if cluster else None
        rank = cluster.rank if cluster else 0
        addresses = self._processes.addresses if self._processes else ()
        with self.watched():
            self._engine = backend.distribute(devices, addresses, rank)
        self.first = rank == 0
        self.processes = cluster.processes if cluster else 1
        self.replicas = self._engine.replicas
        processes = f"{cluster.processes} processes with " if cluster else ""
        self.description = f"{processes}{self._engine.description}"

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        """Raises `ProcessLost` in place of what an engine raises when another process has ended."""
        with self._processes.watched() if self._processes else contextlib.nullcontext():
            yield

    @contextlib.contextmanager
    def building(self) -> Iterator[None]:
        """The context in which the model is built and compiled."""
        with self._engine.building():
            yield

    @contextlib.contextmanager
    def training(self) -> Iterator[None]:
        """The context in which the model is trained."""
        with self._engine.training():
            yield

    def share(self, *datasets: Dataset) -> None:
        """Gives each process its share of every batch; raises ValueError for batches that cannot be shared evenly."""
        rank, count = (self._processes.rank, self._processes.count) if self._processes else (0, 1)
        for dataset in datasets:
            dataset.share(rank, count, self.replicas)

    def check_equal(self, what: str, value: object) -> None:
        """Raises ValueError unless all processes have the same value."""
        if self._processes:
            self._processes.check_equal(what, value)

    def callbacks(
        self, own: Sequence[keras.callbacks.Callback], copy: keras.Model, checkpoints: Path
    ) -> list[keras.callbacks.Callback]:
        """Gives the callbacks of this process: the first runs its own, with the copy."""
        first = [OnCopy(own, copy, self._engine.alone)] if self.first else []
        return [StopWhenDiverged(checkpoints), *first]

    def finish(self) -> None:
        """Waits until all processes are done; the first is the last, as it writes."""
        if self._processes:
            self._processes.finish()

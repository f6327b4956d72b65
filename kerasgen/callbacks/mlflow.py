"""Logs for MLflow."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping

import numpy as np

from kerasgen.callbacks.logger import Logger

BINS = 64
AT_ONCE = 100  # parameters that MLflow takes in one call


class MLflow(Logger):
    """Logs a run of MLflow, in the experiment `kerasgen` unless MLFLOW_EXPERIMENT_NAME is set. Arguments: `Logger`'s.

    It goes where MLFLOW_TRACKING_URI or `mlflow.set_tracking_uri` says, else into the SQLite file
    `<directory>/mlflow/mlflow.db`, which `mlflow ui --backend-store-uri sqlite:///FILE` shows. MLflow has no histograms: they
    are JSON artifacts, counts and edges.
    """

    name = "mlflow"
    module = "mlflow"

    def start(self) -> None:
        uri = artifacts = None
        if not self._package.is_tracking_uri_set():
            uri = f"sqlite:///{(self.folder / 'mlflow.db').resolve().as_posix()}"
            artifacts = (self.folder / "artifacts").resolve().as_uri()
        self._client = self._package.MlflowClient(uri)
        if self.run_id is not None:
            self._client.update_run(self.run_id, status="RUNNING")
            return
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME", "kerasgen")
        experiment = self._client.get_experiment_by_name(name)
        experiment_id = experiment.experiment_id if experiment else self._client.create_experiment(name, artifacts)
        self.run_id = self._client.create_run(experiment_id, run_name=self._directory.resolve().name).info.run_id
        parameters = [self._package.entities.Param(key, str(value)) for key, value in _flat(self._config)]
        for first in range(0, len(parameters), AT_ONCE):
            self._client.log_batch(self.run_id, params=parameters[first : first + AT_ONCE])

    def write(
        self, epoch: int, scalars: dict[str, float], images: Mapping[str, np.ndarray], weights: dict[str, np.ndarray]
    ) -> None:
        now = int(1000 * time.time())
        metrics = [self._package.entities.Metric(name, value, now, epoch) for name, value in scalars.items()]
        self._client.log_batch(self.run_id, metrics)
        for name, image in images.items():
            self._client.log_image(self.run_id, image, key=name, step=epoch)
        if weights:
            histograms = {path: _histogram(values) for path, values in weights.items()}
            self._client.log_dict(self.run_id, histograms, f"histograms/epoch_{epoch:04d}.json")

    def finish(self) -> None:
        self._client.set_terminated(self.run_id)


def _histogram(values: np.ndarray) -> dict[str, list[float]]:
    counts, edges = np.histogram(values, BINS)
    return {"counts": counts.tolist(), "edges": edges.tolist()}


def _flat(values: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Gives nested values by names with dots."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value

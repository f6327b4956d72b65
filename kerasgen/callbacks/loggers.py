"""The loggers by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from kerasgen.callbacks.logger import Images, Logger
from kerasgen.callbacks.mlflow import MLflow
from kerasgen.callbacks.tensorboard import TensorBoard
from kerasgen.callbacks.wandb import Wandb
from kerasgen.errors import unknown_name

LOGGERS: dict[str, type[Logger]] = {cls.name: cls for cls in (TensorBoard, Wandb, MLflow)}


def make_loggers(
    names: Iterable[str],
    directory: str | Path,
    config: Mapping[str, object] | None = None,
    images: Images | None = None,
    every: int = 1,
) -> list[Logger]:
    """Makes the loggers "tensorboard", "wandb" or "mlflow"; raises ValueError for others, ImportError without a package."""
    for name in names:
        if name not in LOGGERS:
            raise unknown_name("logger", name, LOGGERS)
    return [LOGGERS[name](directory, config, images, every) for name in dict.fromkeys(names)]

"""One callback a file, hooks only."""

from kerasgen.callbacks.adaptive_resampling import AdaptiveResampling
from kerasgen.callbacks.checkpoints import Checkpoints
from kerasgen.callbacks.epoch_log import EpochLog
from kerasgen.callbacks.interruption import Interrupted, Interruption
from kerasgen.callbacks.keep_best import KeepBest
from kerasgen.callbacks.learning_rates import LearningRates
from kerasgen.callbacks.logger import Logger
from kerasgen.callbacks.loggers import LOGGERS, make_loggers
from kerasgen.callbacks.loss_curves import LossCurves
from kerasgen.callbacks.mlflow import MLflow
from kerasgen.callbacks.progress import Progress
from kerasgen.callbacks.reconstruction_grid import ReconstructionGrid
from kerasgen.callbacks.sample_grid import SampleGrid
from kerasgen.callbacks.stop_after import StopAfter
from kerasgen.callbacks.stop_when_diverged import StopWhenDiverged
from kerasgen.callbacks.tensorboard import TensorBoard
from kerasgen.callbacks.translation_grid import TranslationGrid
from kerasgen.callbacks.traversal_grid import TraversalGrid
from kerasgen.callbacks.wandb import Wandb
from kerasgen.data.epoch_order import EpochOrder

__all__ = [
    "LOGGERS",
    "AdaptiveResampling",
    "Checkpoints",
    "EpochLog",
    "EpochOrder",
    "Interrupted",
    "Interruption",
    "KeepBest",
    "LearningRates",
    "Logger",
    "LossCurves",
    "MLflow",
    "Progress",
    "ReconstructionGrid",
    "SampleGrid",
    "StopAfter",
    "StopWhenDiverged",
    "TensorBoard",
    "TranslationGrid",
    "TraversalGrid",
    "Wandb",
    "make_loggers",
]

"""One callback a file, hooks only."""

from kerasgen.callbacks.adaptive_resampling import AdaptiveResampling
from kerasgen.callbacks.keep_best import KeepBest
from kerasgen.callbacks.loss_curves import LossCurves
from kerasgen.callbacks.reconstruction_grid import ReconstructionGrid
from kerasgen.callbacks.sample_grid import SampleGrid
from kerasgen.callbacks.stop_after import StopAfter
from kerasgen.callbacks.stop_when_diverged import StopWhenDiverged
from kerasgen.callbacks.tensorboard import TensorBoard
from kerasgen.callbacks.translation_grid import TranslationGrid
from kerasgen.callbacks.traversal_grid import TraversalGrid
from kerasgen.data.epoch_order import EpochOrder

__all__ = [
    "AdaptiveResampling",
    "EpochOrder",
    "KeepBest",
    "LossCurves",
    "ReconstructionGrid",
    "SampleGrid",
    "StopAfter",
    "StopWhenDiverged",
    "TensorBoard",
    "TranslationGrid",
    "TraversalGrid",
]

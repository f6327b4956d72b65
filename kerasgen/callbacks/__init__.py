"""One callback a file, hooks only."""

from kerasgen.callbacks.adaptive_resampling import AdaptiveResampling
from kerasgen.callbacks.keep_best import KeepBest
from kerasgen.callbacks.loss_curves import LossCurves
from kerasgen.callbacks.reconstruction_sheet import ReconstructionSheet
from kerasgen.callbacks.sample_sheet import SampleSheet
from kerasgen.callbacks.stop_after import StopAfter
from kerasgen.callbacks.stop_when_diverged import StopWhenDiverged
from kerasgen.callbacks.tensorboard import TensorBoard
from kerasgen.callbacks.translation_sheet import TranslationSheet
from kerasgen.callbacks.traversal_sheet import TraversalSheet
from kerasgen.data.epoch_order import EpochOrder

__all__ = ["AdaptiveResampling", "EpochOrder", "KeepBest", "LossCurves", "ReconstructionSheet", "SampleSheet", "StopAfter",
           "StopWhenDiverged", "TensorBoard", "TranslationSheet", "TraversalSheet"]

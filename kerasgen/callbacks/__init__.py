"""One callback a file, hooks only."""

from kerasgen.callbacks.adaptive_resampling import AdaptiveResampling
from kerasgen.callbacks.epoch_order import EpochOrder
from kerasgen.callbacks.reconstruction_sheet import ReconstructionSheet
from kerasgen.callbacks.sample_sheet import SampleSheet
from kerasgen.callbacks.stop_after import StopAfter
from kerasgen.callbacks.traversal_sheet import TraversalSheet

__all__ = ["AdaptiveResampling", "EpochOrder", "ReconstructionSheet", "SampleSheet", "StopAfter", "TraversalSheet"]

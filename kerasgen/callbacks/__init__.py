"""One callback a file, hooks only."""

from kerasgen.callbacks.epoch_order import EpochOrder
from kerasgen.callbacks.sample_sheet import SampleSheet
from kerasgen.callbacks.stop_after import StopAfter

__all__ = ["EpochOrder", "SampleSheet", "StopAfter"]

"""Runs exported files with onnxruntime or ai-edge-litert alone: numpy and Pillow, neither Keras nor TensorFlow."""

from kerasgen.runtime.outliers import OutlierScores
from kerasgen.runtime.runner import Runtime, load

__all__ = ["OutlierScores", "Runtime", "load"]

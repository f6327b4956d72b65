"""Runs exported files with onnxruntime or ai-edge-litert and NumPy alone, without Keras and TensorFlow."""

from kerasgen.runtime.outliers import OutlierScores
from kerasgen.runtime.runner import Runtime, load

__all__ = ["OutlierScores", "Runtime", "load"]

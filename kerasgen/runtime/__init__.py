"""Runs exported files with onnxruntime or ai-edge-litert alone."""

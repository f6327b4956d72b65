"""Export to verified ONNX and LiteRT files: a client of kerasgen."""

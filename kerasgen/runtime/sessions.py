"""One class a runtime: a file in, arrays to named arrays out. Only the runtime that the file needs is imported."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np

from kerasgen.quiet import quiet_stderr


class OnnxSession:
    """Runs an ONNX file on the CPU with onnxruntime."""

    def __init__(self, path: Path, num_threads: int | None):
        onnxruntime = _import("onnxruntime", "onnxruntime")
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # errors only; they come as exceptions as well
        if num_threads is not None:
            options.intra_op_num_threads = num_threads
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._outputs = [output.name for output in self._session.get_outputs()]

    def run(self, batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Maps one batch of the inputs by name to the outputs by name."""
        return dict(zip(self._outputs, self._session.run(None, batch), strict=True))


class LitertSession:
    """Runs a LiteRT file on the CPU with ai-edge-litert. The batch must have the size in the file."""

    def __init__(self, path: Path, num_threads: int | None):
        interpreter = _import("ai_edge_litert.interpreter", "ai-edge-litert")
        with quiet_stderr():  # LiteRT announces its CPU delegate there, whatever the log level
            self._interpreter = interpreter.Interpreter(model_path=str(path), num_threads=num_threads)
            self._interpreter.allocate_tensors()
        signature = self._interpreter.get_signature_runner()
        self._inputs = {name: detail["index"] for name, detail in signature.get_input_details().items()}
        self._outputs = {name: detail["index"] for name, detail in signature.get_output_details().items()}

    def run(self, batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Maps one batch of the inputs by name to the outputs by name."""
        for name, index in self._inputs.items():
            self._interpreter.set_tensor(index, batch[name])
        self._interpreter.invoke()
        return {name: self._interpreter.get_tensor(index) for name, index in self._outputs.items()}


SESSIONS = {"onnx": OnnxSession, "tflite": LitertSession}


def open_session(path: Path, kind: str, num_threads: int | None = None) -> OnnxSession | LitertSession:
    """Opens a file of the format `kind` ("onnx" or "tflite").

    Raises ValueError for another format and for a file that its runtime refuses, ImportError if the runtime is missing.
    """
    if kind not in SESSIONS:
        raise ValueError(f"The format must be one of {', '.join(SESSIONS)}. Received: {kind!r}.")
    if num_threads is not None and (not isinstance(num_threads, int) or num_threads < 1):
        raise ValueError(f"num_threads must be a positive whole number, or None for the runtime's choice. "
                         f"Received: {num_threads!r}.")
    try:
        return SESSIONS[kind](path, num_threads)
    except ImportError:
        raise
    except Exception as error:  # each runtime has exceptions of its own, some of them bare RuntimeErrors
        raise ValueError(f"The file must be one that its runtime can run. Received: {path} ({error}).") from error


def _import(module: str, package: str):
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(f"This file runs with {package}: pip install 'kerasgen[runtime]'. "
                          f"Received: {error}.") from error

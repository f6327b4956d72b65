"""One class a runtime: a file in, arrays to named arrays out. Only the runtime that the file needs is imported."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import importlib
import os
import queue
import threading
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from kerasgen.errors import reason
from kerasgen.runtime.providers import DEVICES, ProviderError, check_provider, start

if TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter
    from onnxruntime import NodeArg

TensorSignature: TypeAlias = tuple[str, tuple[int | None, ...]]  # dtype, and the shape with None for open sizes
Signature: TypeAlias = dict[str, TensorSignature]  # of what a graph takes or gives, by name
_OPEN: weakref.WeakSet[Session] = weakref.WeakSet()
DTYPES = {"tensor(float)": "float32", "tensor(uint8)": "uint8"}  # others keep ONNX's name, for errors to say


class OnnxSession:
    """Runs an ONNX file with onnxruntime.

    Attributes:
        provider: where it runs: "cpu", "cuda", ...
        inputs, outputs: the graph's own account of them.
    """

    def __init__(self, path: Path, num_threads: int | None, provider: str = "cpu") -> None:
        onnxruntime = _import("onnxruntime", "onnxruntime", "onnx")
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # errors only; they come as exceptions as well
        if num_threads is not None:
            options.intra_op_num_threads = num_threads
        _OPEN.add(self)
        self._session, self.provider = start(
            provider,  # without its own retry, which prints
            lambda providers: onnxruntime.InferenceSession(str(path), options, providers=providers, enable_fallback=0),
        )
        self.inputs, self.outputs = map(_signature, (self._session.get_inputs(), self._session.get_outputs()))

    def run(self, batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Maps one batch of the inputs by name to the outputs by name."""
        if self.provider != "cpu":
            return self.run_bound(batch)
        return dict(zip(self.outputs, self._session.run(None, batch), strict=True))

    def run_bound(self, batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """As `run`, with inputs and outputs bound: outputs stay on the device until all are copied at once."""
        binding = self._session.io_binding()
        for name, values in batch.items():
            binding.bind_cpu_input(name, np.ascontiguousarray(values))
        for name in self.outputs:
            binding.bind_output(name, DEVICES[self.provider])
        self._session.run_with_iobinding(binding)
        return dict(zip(self.outputs, binding.copy_outputs_to_cpu(), strict=True))


class LitertSession:
    """Runs a LiteRT file on the CPU with ai-edge-litert. The batch must have the size in the file.

    An interpreter serves one thread at a time, so that each call borrows one of a pool, made when first needed: as many as run
    at once, at most one a CPU. On two CPUs two callers get 1.2 to 1.9 times as many images a second as by a lock around one.

    The first of a process says on the standard error that it made a delegate: LiteRT has no switch for that.
    """

    provider = "cpu"

    def __init__(self, path: Path, num_threads: int | None, provider: str = "cpu") -> None:
        if provider not in ("auto", "cpu"):
            raise ProviderError(f"A LiteRT file runs on the CPU here. Received: provider={provider!r}.")
        _OPEN.add(self)
        self._make = functools.partial(
            _import("ai_edge_litert.interpreter", "ai-edge-litert", "runtime").Interpreter, str(path), num_threads=num_threads
        )
        self._idle: queue.LifoQueue[Interpreter] = queue.LifoQueue()
        self._places = threading.Semaphore(os.cpu_count() or 1)
        with self._borrowed() as interpreter:
            signature = interpreter.get_signature_runner()
        details = signature.get_input_details(), signature.get_output_details()
        self._inputs, self._outputs = ({name: entry["index"] for name, entry in side.items()} for side in details)
        self.inputs, self.outputs = (
            {name: (np.dtype(entry["dtype"]).name, tuple(map(int, entry["shape"]))) for name, entry in side.items()}
            for side in details
        )

    def run(self, batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Maps one batch of the inputs by name to the outputs by name."""
        with self._borrowed() as interpreter:
            for name, index in self._inputs.items():
                interpreter.set_tensor(index, batch[name])
            interpreter.invoke()
            return {name: interpreter.get_tensor(index) for name, index in self._outputs.items()}

    @contextlib.contextmanager
    def _borrowed(self) -> Iterator[Interpreter]:
        with self._places:
            try:
                interpreter = self._idle.get_nowait()
            except queue.Empty:
                interpreter = self._make()
                interpreter.allocate_tensors()
            try:
                yield interpreter
            finally:
                self._idle.put(interpreter)


Session: TypeAlias = OnnxSession | LitertSession
SESSIONS: dict[str, type[Session]] = {"onnx": OnnxSession, "tflite": LitertSession}


def open_session(path: Path, kind: str, num_threads: int | None = None, provider: str = "cpu") -> Session:
    """Opens a file of the format `kind` ("onnx" or "tflite").

    Raises ValueError for another format, a number of threads below 1, a provider that is not there or does not start, and a
    file that its runtime refuses; ImportError if the runtime is missing.
    """
    if kind not in SESSIONS:
        raise ValueError(f"The format must be one of {', '.join(SESSIONS)}. Received: {kind!r}.")
    threads = None if num_threads is None else check_positive(num_threads, "num_threads")
    check_provider(provider)
    try:
        return SESSIONS[kind](path, threads, provider)
    except (ImportError, ProviderError):
        raise
    except Exception as error:  # each runtime has exceptions of its own, some of them bare RuntimeErrors
        raise ValueError(f"The file must be one that its runtime can run. Received: {path} ({reason(error)}).") from error


def _keep_those_of_the_parent() -> None:
    """Keeps the sessions for good in a process that was forked: their engines would wait for threads that it does not have."""
    for session in list(_OPEN):
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(session))


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_keep_those_of_the_parent)


def check_positive(value: int, name: str) -> int:
    """Gives a number as an int; raises ValueError unless it is whole and positive."""
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} must be a positive whole number. Received: {value!r}.")
    return int(value)


def _signature(values: Iterable[NodeArg]) -> Signature:
    return {
        value.name: (DTYPES.get(value.type, value.type), tuple(size if isinstance(size, int) else None for size in value.shape))
        for value in values
    }


def _import(module: str, package: str, extra: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(f"This file runs with {package}: pip install 'kerasgen[{extra}]'. Received: {error}.") from error

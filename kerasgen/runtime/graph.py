"""The graph in an exported file, tried in a process of its own before an engine of this process opens it."""

from __future__ import annotations

import functools
import importlib
import math
from pathlib import Path

import numpy as np

from kerasgen.records.protobuf import fields
from kerasgen.runtime.child import MEMORY, call_apart
from kerasgen.runtime.manifest import FileFormat
from kerasgen.runtime.sessions import open_session

ENGINES: dict[FileFormat, str] = {"onnx": "onnxruntime", "tflite": "ai_edge_litert.interpreter"}
DEPTH = 64  # of ONNX's messages within each other
COPIES = 4  # of the file in memory
TRIED = 2**17  # numbers that go into a graph and come out, up to which it is run: less than a second

# The fields of ONNX's messages that lead to tensors, by their numbers in onnx.proto.
_INSIDE: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node", 11: "attribute"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
}
_EXTERNAL = 13, 14  # fields of a tensor: where in other files its values lie, and whether they do


@functools.lru_cache(maxsize=64)  # a file is tried once
def check_graph(path: Path, kind: FileFormat, sha256: str) -> None:
    """Checks that an engine can open a file of the format `kind`: that it neither crashes, nor hangs, nor reads other files.

    Takes about a quarter of a second, for a process of its own. Raises ValueError for a file that cannot be opened.
    """
    try:
        importlib.import_module(ENGINES[kind])
    except ImportError:
        return  # `open_session` says what to install
    memory = MEMORY + COPIES * path.stat().st_size
    fault = call_apart(__name__, "try_graph", str(path), kind, imports=(ENGINES[kind],), memory=memory)
    if fault:
        raise ValueError(f"The file must be one that its runtime can run. Received: {path} ({fault}).")


def try_graph(path: str, kind: FileFormat) -> None:
    """Opens a file and runs it once on zeros, unless that takes long.

    Raises ValueError for one that its engine refuses, and for ONNX that keeps values in other files.
    """
    if kind == "onnx":
        _check_message(memoryview(Path(path).read_bytes()), "model", DEPTH)
    try:
        session = open_session(Path(path), kind, 1)
    except ValueError as error:
        raise error.__cause__ or error from None  # the engine's own words
    shapes = {name: [size or 1 for size in shape] for name, (_, shape) in (session.inputs | session.outputs).items()}
    if sum(map(math.prod, shapes.values())) <= TRIED:
        session.run({name: np.zeros(shapes[name], dtype) for name, (dtype, _) in session.inputs.items()})


def _check_message(message: memoryview, kind: str, depth: int) -> None:
    if depth < 1:
        raise ValueError(f"its graphs lie in each other over {DEPTH} deep")
    for number, value in fields(message):
        if kind == "tensor" and number in _EXTERNAL and value != 0:
            raise ValueError("a tensor has its values in another file, which no sha256 covers")
        inside = _INSIDE.get(kind, {}).get(number)
        if inside and isinstance(value, memoryview):
            _check_message(value, inside, depth - 1)

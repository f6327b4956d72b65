"""ONNX files: written by tf2onnx, names made readable."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kerasgen.runtime.manifest import PrecisionName

from .canonical import canonicalize
from .errors import ExportError
from .parts import Arrays, Part
from .quantization import quantize_onnx

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto

OPSET = 18  # the highest that tf2onnx writes
PACKAGES: tuple[str, ...] = ("tf2onnx", "onnx", "onnxruntime")
RANDOM = {"Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"}


def write(
    part: Part, path: Path, batch_size: int | None, precision: PrecisionName = "float32", calibration: Arrays | None = None
) -> None:
    """Writes the network of `part`; a `batch_size` None leaves the batch open.

    `calibration` are examples of the inputs, (n, ...) by name, for precisions that need them. Raises ExportError if the network
    cannot be converted.
    """
    import onnx

    try:
        with _quiet():
            part.network.export(
                path, format="onnx", input_signature=part.signature(batch_size), opset_version=OPSET, verbose=False
            )
        model = onnx.load(path)
        _rename(model.graph, part, batch_size)
        canonicalize(model, part.network.name)
        onnx.save(model, path)
        if precision != "float32":
            quantize_onnx(path, precision, calibration)
    except Exception as error:  # tf2onnx fails with whatever its rewriters meet
        raise ExportError(f"The network must convert to ONNX. Received: {part.network.name} ({error}).") from error


def check_file(path: Path) -> None:
    """Raises ExportError for ops outside the ONNX standard, for random ones, and for a graph that breaks ONNX's rules."""
    import onnx

    model = onnx.load(path)
    nodes = list(_nodes(model.graph))
    foreign = {node.op_type for node in nodes if node.domain or not onnx.defs.has(node.op_type)}
    if foreign:
        raise ExportError(
            "An ONNX file holds ops of the ONNX standard only; noise is sampled outside and passed in. "
            f"Received: {', '.join(sorted(foreign))}."
        )
    random = {node.op_type for node in nodes} & RANDOM
    if random:
        raise ExportError(
            "An exported graph generates no random numbers; noise is sampled outside and passed in. "
            f"Received: {', '.join(sorted(random))}."
        )
    try:
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:  # the checker's own, and that of the inference of shapes
        raise ExportError(f"An ONNX file must pass ONNX's own checker. Received: {error}.") from error


def _nodes(graph: GraphProto) -> Iterator[NodeProto]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                yield from _nodes(inner)


def _rename(graph: GraphProto, part: Part, batch_size: int | None) -> None:
    """Names the outputs, and the open dimension "batch"; tf2onnx calls them `Identity:0` and `unk__99`."""
    names = {output.name: name for output, name in zip(graph.output, part.outputs, strict=True)}
    for value in graph.output:
        value.name = names[value.name]
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    if batch_size is None:
        for value in (*graph.input, *graph.output):
            value.type.tensor_type.shape.dim[0].dim_param = "batch"
    del graph.value_info[:]  # shapes in between, under the old names; every runtime infers them anew
    graph.name, graph.doc_string = part.network.name, ""


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    log = logging.getLogger("tf2onnx")
    level = log.level
    log.setLevel(logging.CRITICAL)  # what it complains of is found by check_file, and said by the error
    try:
        with warnings.catch_warnings():
            # Keras asks numpy for `np.object`, which tf2onnx still uses.
            warnings.filterwarnings("ignore", "In the future `np.object`", FutureWarning)
            yield
    finally:
        log.setLevel(level)

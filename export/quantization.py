"""ONNX files in fewer bits, by ONNX Runtime's own tools; LiteRT's converter does it while it writes."""

from __future__ import annotations

import contextlib
import math
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kerasgen.runtime.manifest import PrecisionName
from kerasgen.runtime.sessions import open_session

from .canonical import sort_nodes
from .parts import Arrays

if TYPE_CHECKING:
    from onnx import GraphProto, ModelProto, NodeProto, TensorProto

# Ops with weights. Quantizing the others as well costs 2 to 5 dB and saves no time.
WEIGHTED = ["Conv", "ConvTranspose", "Gemm", "MatMul"]
CALIBRATION_BATCH = 16
LARGE = 1024  # numbers in a constant that is worth rounding, as in LiteRT's converter
OUTPUT_BYTES = (
    16  # that an integer layer takes more for each output: scale and zero, those of its bias, 4 instead of 1 for the bias
)
MIXED_PSNR = 37.0  # dB on the examples, a little above what is asked of the file on others


def quantize_onnx(path: Path, precision: PrecisionName, calibration: Arrays | None) -> None:
    """Rewrites a float32 ONNX file in another precision; `calibration` are examples of its inputs, by name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numbers too small for half floats become the smallest of them
        if precision == "float16":
            return _half(path)
        if precision == "int8_dynamic":
            _dynamic(path)
        elif calibration is not None:
            (_static if precision == "int8" else _mixed)(path, calibration)
        _constants(path)


def _half(path: Path) -> None:
    """Weights and arithmetic in half floats; inputs and outputs stay float32."""
    import onnx
    from onnxruntime.transformers.float16 import convert_float_to_float16

    _save(convert_float_to_float16(onnx.load(path), keep_io_types=True), path)


def _dynamic(path: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with _prepared(path) as prepared:
        quantize_dynamic(prepared, path, per_channel=True, weight_type=QuantType.QInt8)


def _static(path: Path, calibration: Arrays, prepared: Path | None = None, **chosen: list[str]) -> None:
    """`chosen` are `nodes_to_quantize` or `nodes_to_exclude`, by name."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Examples(CalibrationDataReader):
        def __init__(self) -> None:
            n = len(next(iter(calibration.values())))
            parts = (slice(start, start + CALIBRATION_BATCH) for start in range(0, n, CALIBRATION_BATCH))
            self.batches = ({name: values[part] for name, values in calibration.items()} for part in parts)

        def get_next(self) -> Arrays | None:
            return next(self.batches, None)

    with contextlib.nullcontext(prepared) if prepared else _prepared(path) as source:
        quantize_static(
            source,
            path,
            Examples(),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=WEIGHTED,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            **chosen,
        )


def _mixed(path: Path, calibration: Arrays) -> None:
    """Leaves layers out of `_static`, the costliest alone first, until the rest reaches `MIXED_PSNR` on the examples."""
    import onnx

    with _prepared(path) as prepared:
        model = onnx.load(prepared)
        always = _scaled_once(model)
        layers = [node.name for node in model.graph.node if node.op_type in WEIGHTED and node.name not in always]
        truth = _run(prepared, calibration)

        def after(**chosen: list[str]) -> float:
            _static(path, calibration, prepared, **chosen)
            _constants(path)
            error = np.mean(np.square(_run(path, calibration) - truth, dtype="float64"))
            return -10.0 * np.log10(max(error, 1e-12) / max(float(np.ptp(truth)), 1e-6) ** 2)

        order = sorted(layers, key=lambda layer: after(nodes_to_quantize=[layer]))
        for count in range(len(layers)):
            if after(nodes_to_exclude=[*always, *order[:count]]) >= MIXED_PSNR:
                break
        else:
            path.write_bytes(prepared.read_bytes())


def _scaled_once(model: ModelProto) -> list[str]:
    """The dense layers, where the scales of integer outputs would take more than a tenth of the file."""
    shapes = {tensor.name: tensor.dims for tensor in model.graph.initializer}
    dense = {
        node.name: shapes[node.input[1]][_outputs_axis(node)]
        for node in model.graph.node
        if node.op_type in ("Gemm", "MatMul") and node.input[1] in shapes
    }
    heavy = OUTPUT_BYTES * sum(dense.values()) > 0.1 * sum(map(math.prod, shapes.values()))
    return list(dense) if heavy else []


def _outputs_axis(node: NodeProto) -> int:
    """The axis of a kernel's outputs."""
    transposed = any(each.name == "transB" and each.i for each in node.attribute)
    return {"Conv": 0, "ConvTranspose": 1, "Gemm": 0 if transposed else 1, "MatMul": 1}[node.op_type]


def _run(path: Path, inputs: Arrays) -> np.ndarray:
    return next(iter(open_session(path, "onnx").run(inputs).values()))


def _constants(path: Path) -> None:
    """Stores constants that are still floats as integers with a scale, which the graph multiplies.

    Kernels have a scale for each output channel, but for `_scaled_once`; other large constants one (maps of noise, which are
    as large as images).
    """
    import onnx

    model = onnx.load(path)
    tensors = {tensor.name: tensor for tensor in model.graph.initializer if tensor.data_type == onnx.TensorProto.FLOAT}
    once, done, nodes = _scaled_once(model), set(), []
    for node in model.graph.node:
        for position, name in enumerate(node.input if "Linear" not in node.op_type else ()):  # no scales of scales
            is_kernel = node.op_type in WEIGHTED and position == 1
            if name not in tensors or not (is_kernel or math.prod(tensors[name].dims) >= LARGE):
                continue
            if name not in done:
                done.add(name)
                axis = _outputs_axis(node) if is_kernel and node.name not in once else None
                nodes.append(_dequantized(tensors[name], axis, model.graph))
            node.input[position] = f"{name}_float"
        nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    kept = [tensor for tensor in model.graph.initializer if tensor.name not in done]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    _save(model, path)


def _dequantized(tensor: TensorProto, axis: int | None, graph: GraphProto) -> NodeProto:
    """The node that gives a constant's floats; its integers and scales, along `axis`, go into the graph."""
    from onnx import helper, numpy_helper

    values, name = numpy_helper.to_array(tensor), f"{tensor.name}_float"
    others = tuple(index for index in range(values.ndim) if index != axis)
    scale = np.maximum(np.abs(values).max(axis=others, keepdims=True), 1e-12) / 127
    parts = {
        "whole": np.rint(values / scale).astype("int8"),
        "scale": scale.reshape(() if axis is None else -1).astype("float32"),
    }
    graph.initializer.extend(numpy_helper.from_array(value, f"{name}_{part}") for part, value in parts.items())
    node = helper.make_node("DequantizeLinear", [f"{name}_{part}" for part in parts], [name], name=f"{name}_node")
    if axis is not None:
        node.attribute.append(helper.make_attribute("axis", axis))
    return node


def _save(model: ModelProto, path: Path) -> None:
    """In the order that ONNX asks for, without the shapes in between, which every runtime infers anew."""
    import onnx

    sort_nodes(model.graph)
    del model.graph.value_info[:]
    onnx.save(model, path)


@contextlib.contextmanager
def _prepared(path: Path) -> Iterator[Path]:
    """The graph with its shapes written in and its normalizations folded, as ONNX Runtime asks for."""
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".kerasgen-") as folder:
        prepared = Path(folder, "prepared.onnx")
        quant_pre_process(path, prepared, skip_symbolic_shape=True)  # which needs SymPy; ONNX infers all that there is here
        yield prepared

"""ONNX files in fewer bits, by ONNX Runtime's own tools; LiteRT's converter does it while it writes."""

from __future__ import annotations

import contextlib
import logging
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from kerasgen.runtime.sessions import open_session

# What has weights. Rounding the other maps as well costs 2 to 5 dB and saves no time.
WEIGHTED = ["Conv", "ConvTranspose", "Gemm", "MatMul"]
CALIBRATION_BATCH = 16
MIXED_PSNR = 37.0  # dB on the examples, a little above what is asked of the file on others


def squeeze(path: Path, precision: str, calibration: dict[str, np.ndarray] | None) -> None:
    """Rewrites a float32 ONNX file in another precision; `calibration` are examples of its inputs, by name."""
    with _quiet():
        {"float16": _half, "int8_weights": _weights, "int8_dynamic": _dynamic,
         "int8": lambda each: _static(each, calibration), "int8_mixed": lambda each: _mixed(each, calibration)}[precision](path)


def _half(path: Path) -> None:
    """Weights and arithmetic in half floats; inputs and outputs stay float32."""
    import onnx
    from onnxruntime.transformers.float16 import convert_float_to_float16

    onnx.save(convert_float_to_float16(onnx.load(path), keep_io_types=True), path)


def _dynamic(path: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with _prepared(path) as prepared:
        quantize_dynamic(prepared, path, per_channel=True, weight_type=QuantType.QInt8)


def _static(path: Path, calibration: dict[str, np.ndarray], prepared: Path | None = None, **chosen) -> None:
    """`chosen` are `nodes_to_quantize` or `nodes_to_exclude`, by name."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Examples(CalibrationDataReader):
        def __init__(self):
            n = len(next(iter(calibration.values())))
            self.parts = iter(range(0, n, CALIBRATION_BATCH))

        def get_next(self):
            start = next(self.parts, None)
            return start if start is None else {name: values[start:start + CALIBRATION_BATCH]
                                                for name, values in calibration.items()}

    with contextlib.nullcontext(prepared) if prepared else _prepared(path) as source:
        quantize_static(source, path, Examples(), quant_format=QuantFormat.QDQ, op_types_to_quantize=WEIGHTED, per_channel=True,
                        activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, **chosen)


def _mixed(path: Path, calibration: dict[str, np.ndarray]) -> None:
    """Leaves layers out of `_static`, the costliest alone first, until the rest reaches `MIXED_PSNR` on the examples."""
    import onnx

    with _prepared(path) as prepared:
        layers = [node.name for node in onnx.load(prepared).graph.node if node.op_type in WEIGHTED]
        truth = _run(prepared, calibration)

        def after(**chosen) -> float:
            _static(path, calibration, prepared, **chosen)
            error = np.mean(np.square(_run(path, calibration) - truth, dtype="float64"))
            return -10.0 * np.log10(max(error, 1e-12) / max(float(np.ptp(truth)), 1e-6) ** 2)

        order = sorted(layers, key=lambda layer: after(nodes_to_quantize=[layer]))
        for count in range(len(layers)):
            if after(nodes_to_exclude=order[:count]) >= MIXED_PSNR:
                break
        else:
            path.write_bytes(prepared.read_bytes())
    _weights(path)


def _run(path: Path, inputs: dict[str, np.ndarray]) -> np.ndarray:
    return next(iter(open_session(path, "onnx").run(inputs).values()))


def _weights(path: Path) -> None:
    """Kernels as whole numbers with a scale for each output channel, multiplied out by the graph itself."""
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(path)
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    channels = {"Conv": 0, "ConvTranspose": 1, "Gemm": 1, "MatMul": 1}  # the axis of the kernel's outputs
    done: dict[str, str] = {}
    nodes = []
    for node in model.graph.node:
        kernel = node.input[1] if node.op_type in channels else None
        if kernel in tensors and tensors[kernel].data_type == onnx.TensorProto.FLOAT:
            if kernel not in done:
                transposed = any(each.name == "transB" and each.i for each in node.attribute)
                axis = 0 if transposed else channels[node.op_type]
                done[kernel] = f"{kernel}_float"
                nodes += _dequantized(tensors[kernel], axis, done[kernel], model.graph, helper, numpy_helper)
            node.input[1] = done[kernel]
        nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    kept = [tensor for tensor in model.graph.initializer if tensor.name not in done]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    onnx.save(model, path)


def _dequantized(tensor, axis: int, name: str, graph, helper, numpy_helper) -> list:
    """The node that makes the float kernel `name`; its whole numbers and scales go into the graph."""
    values = numpy_helper.to_array(tensor)
    others = tuple(index for index in range(values.ndim) if index != axis)
    scale = np.maximum(np.abs(values).max(axis=others, keepdims=True), 1e-12) / 127
    whole = np.rint(values / scale).astype("int8")
    parts = {"whole": whole, "scale": scale.reshape(-1).astype("float32"), "zero": np.zeros(scale.size, "int8")}
    graph.initializer.extend(numpy_helper.from_array(value, f"{name}_{part}") for part, value in parts.items())
    return [helper.make_node("DequantizeLinear", [f"{name}_{part}" for part in parts], [name], axis=axis, name=f"{name}_node")]


@contextlib.contextmanager
def _prepared(path: Path) -> Iterator[Path]:
    """The graph with its shapes written in and its normalisations folded, as ONNX Runtime asks for."""
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".kerasgen-") as folder:
        prepared = Path(folder, "prepared.onnx")
        quant_pre_process(path, prepared)
        yield prepared


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)  # the quantiser's advice on preparation that was done
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numbers too small for half floats become the smallest of them
            yield
    finally:
        logging.disable(before)

"""A LiteRT file as a graph of tensors and operators: its ops, the order of its ends, large constants in fewer bits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ai_edge_litert.schema_py_generated import ModelT, TensorT

LARGE = 4096  # numbers in a constant that is worth rounding: maps of noise, which are as large as images


def read(path: Path) -> ModelT:
    """The file's content as LiteRT's own schema has it (`ModelT`)."""
    from ai_edge_litert import schema_py_generated as schema

    return schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)


def operators(model: ModelT) -> list[tuple[str, int, str]]:
    """(builtin name, version, custom name or "") of each kind of op, in the order of the file's codes."""
    from ai_edge_litert import schema_py_generated as schema

    names = {code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}
    # The old field holds codes up to 127, the new one those above; the other is then the smaller.
    kinds = [(names[max(code.builtinCode, code.deprecatedBuiltinCode)], code) for code in model.operatorCodes]
    return [(name, code.version, code.customCode.decode() if name == "CUSTOM" else "") for name, code in kinds]


def order(path: Path, inputs: Sequence[str], outputs: Sequence[str]) -> None:
    """Puts the graph's inputs and outputs in this order; the names are those of the file's signature.

    The converter sorts them by name, which those who count them do not expect. Changed in place: nothing else moves.
    """
    from ai_edge_litert import schema_py_generated as schema

    content = bytearray(path.read_bytes())
    model = schema.Model.GetRootAs(content)
    graph, signature = model.Subgraphs(0), model.SignatureDefs(0)
    given = {each.Name().decode(): each.TensorIndex() for each in map(signature.Inputs, range(signature.InputsLength()))}
    made = {each.Name().decode(): each.TensorIndex() for each in map(signature.Outputs, range(signature.OutputsLength()))}
    graph.InputsAsNumpy()[:] = [given[name] for name in inputs]
    graph.OutputsAsNumpy()[:] = [made[name] for name in outputs]
    path.write_bytes(content)


def round_constants(path: Path) -> None:
    """Rewrites large constants that are still in floats as 8 bits and a scale; DEQUANTIZE makes floats of them at the start."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    model = read(path)
    floats = [
        (graph, index)
        for graph in model.subgraphs
        for index, tensor in enumerate(graph.tensors)
        if tensor.type == schema.TensorType.FLOAT32 and _bytes(model, tensor) >= 4 * LARGE
    ]
    if not floats:
        return
    scales = {}
    for number in {graph.tensors[index].buffer for graph, index in floats}:
        values = np.asarray(model.buffers[number].data, "uint8").view("<f4")
        scales[number] = float(np.abs(values).max()) / 127 or 1.0
        model.buffers[number].data = np.rint(values / scales[number]).astype("int8").view("uint8")
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.DEQUANTIZE
    code.version = 2  # the first that takes int8
    model.operatorCodes.append(code)
    for graph, index in floats:
        tensor, whole, operator = graph.tensors[index], schema.TensorT(), schema.OperatorT()
        whole.name, whole.shape, whole.type = tensor.name + b"/whole", tensor.shape, schema.TensorType.INT8
        whole.buffer, whole.quantization = tensor.buffer, schema.QuantizationParametersT()
        whole.quantization.scale, whole.quantization.zeroPoint = [scales[tensor.buffer]], [0]
        operator.opcodeIndex, operator.inputs, operator.outputs = len(model.operatorCodes) - 1, [len(graph.tensors)], [index]
        tensor.buffer = 0  # the empty one: the tensor is computed now
        graph.tensors.append(whole)
        graph.operators.insert(0, operator)
    builder = flatbuffers.Builder(path.stat().st_size)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    path.write_bytes(builder.Output())


def _bytes(model: ModelT, tensor: TensorT) -> int:
    data = model.buffers[tensor.buffer].data
    return 0 if data is None else len(data)

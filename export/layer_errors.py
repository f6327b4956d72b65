"""Where in a graph a file of fewer bits loses most: each layer's output against that of the float32 file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kerasgen.runtime.manifest import FileFormat

from .parts import Arrays


def layer_errors(reference: Path, path: Path, kind: FileFormat, inputs: Arrays) -> dict[str, float]:
    """The signal-to-noise ratio of each layer's output in dB, by its name, the worst first.

    Args:
        reference: the same graph in float32.
        kind: "onnx" or "tflite".
        inputs: one batch by name, of the size that the graph takes.
    """
    maps = {"onnx": _onnx_maps, "tflite": _litert_maps}[kind]
    found, truth = maps(path, inputs), maps(reference, inputs)
    ratios = {
        name: _ratio(truth[name], found[name])
        for name in truth.keys() & found.keys()
        if truth[name].shape == found[name].shape and truth[name].size > 1
    }
    return dict(sorted(ratios.items(), key=lambda each: each[1]))


def _ratio(truth: np.ndarray, found: np.ndarray) -> float:
    noise = np.mean(np.square(found.astype("float64") - truth))
    return float(10.0 * np.log10(max(np.mean(np.square(truth, dtype="float64")), 1e-20) / max(noise, 1e-20)))


def _onnx_maps(path: Path, inputs: Arrays) -> Arrays:
    """What each node with weights gives, in float; by the node's name."""
    import onnx
    import onnxruntime

    from .quantization import WEIGHTED

    model = onnx.load(path)
    nodes = {node.output[0]: node.name for node in model.graph.node if node.op_type in WEIGHTED}
    made = {output.name for output in model.graph.output}
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in nodes if name not in made)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    values = dict(zip(names, session.run(None, inputs), strict=True))
    return {nodes[name].split("/")[0]: value for name, value in values.items() if name in nodes}


def _litert_maps(path: Path, inputs: Arrays) -> Arrays:
    """Every tensor that is computed, as floats, by the name of its Keras layer: a layer's last counts."""
    import warnings

    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        interpreter = Interpreter(
            model_path=str(path),
            experimental_preserve_all_tensors=True,
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
        interpreter.allocate_tensors()
    indices = {name: detail["index"] for name, detail in interpreter.get_signature_runner().get_input_details().items()}
    for name, index in indices.items():
        interpreter.set_tensor(index, inputs[name])
    interpreter.invoke()
    result = {}
    for detail in interpreter.get_tensor_details():
        parts = detail["name"].split(";")[0].split("/")
        if len(parts) < 2 or not detail["name"]:
            continue
        try:
            value = interpreter.get_tensor(detail["index"])
        except ValueError:  # never computed
            continue
        scale, zero = detail["quantization"]
        if value.dtype in (np.int8, np.int16) and scale:
            value = scale * (value.astype("float32") - zero)
        if value.dtype == np.float32:
            result[parts[1]] = value
    return result

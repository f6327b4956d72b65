"""LiteRT files: builtin ops only, so that they run on phones, and the GPU delegate's opinion of them."""

from __future__ import annotations

import re
from pathlib import Path

import keras

from kerasgen.quiet import quiet_stderr

from .errors import ExportError
from .parts import Part

PACKAGES = ("ai-edge-litert",)
RANDOM = re.compile("RANDOM|RNG|MULTINOMIAL")
# Float ops that the GPU delegate takes without conditions that an op's name does not show (tflite/tools/versioning/
# gpu_compatibility.cc in LiteRT), and the versions above 1 that it takes (tflite/delegates/gpu/common/model_builder.cc).
# What is not here counts as refused.
GPU_OPS = {
    "ABS", "ADD", "AVERAGE_POOL_2D", "CEIL", "CONCATENATION", "CONV_2D", "COS", "DEPTHWISE_CONV_2D", "DEPTH_TO_SPACE",
    "DIV", "ELU", "EXP", "FLOOR", "FULLY_CONNECTED", "GELU", "HARD_SWISH", "LEAKY_RELU", "LOG", "LOGISTIC", "MAXIMUM",
    "MAX_POOL_2D", "MEAN", "MINIMUM", "MIRROR_PAD", "MUL", "NEG", "PAD", "PADV2", "POW", "PRELU", "RELU", "RELU6", "RESHAPE",
    "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR", "RSQRT", "SIGN", "SIN", "SLICE", "SOFTMAX", "SPACE_TO_DEPTH",
    "SPLIT", "SPLIT_V", "SQRT", "SQUARE", "SQUARED_DIFFERENCE", "STRIDED_SLICE", "SUB", "SUM", "TANH", "TILE", "TRANSPOSE",
    "TRANSPOSE_CONV",
}
GPU_VERSIONS = {"ADD": 2, "CONCATENATION": 2, "FULLY_CONNECTED": 9, "MUL": 3, "RESIZE_BILINEAR": 3, "SPACE_TO_DEPTH": 2,
                "TRANSPOSE_CONV": 3}


def write(part: Part, path: Path, batch_size: int) -> dict:
    """Writes the network of `part` for batches of `batch_size`; gives the manifest's entries on the GPU delegate.

    Raises ExportError if the network needs ops that are not LiteRT's own, or cannot be converted.
    """
    import tensorflow as tf

    # A dictionary of outputs, for their names in the file's signature.
    named = keras.Model(part.network.inputs, dict(zip(part.outputs, part.network.outputs, strict=True)),
                        name=part.network.name)
    try:
        with quiet_stderr():
            named.export(path, format="litert", input_signature=part.signature(batch_size), verbose=False,
                         target_spec={"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]})
    except Exception as error:
        needed = sorted(set(re.findall(r"'tf\.(\w+)' op is neither", str(error))))
        if needed:
            raise ExportError("A LiteRT file holds builtin ops only, as phones lack TensorFlow's (Flex); noise is "
                              f"drawn outside and passed in. Received: {', '.join(needed)}.") from error
        raise ExportError(f"The network must convert to LiteRT. Received: {part.network.name} ({error}).") from error
    return gpu_delegate(path)


def check_ops(path: Path) -> None:
    """Raises ExportError for custom ops (TensorFlow's among them), and for random ones."""
    found = {custom or name for name, _, custom in _operators(path) if custom or RANDOM.search(name)}
    if found:
        raise ExportError("A LiteRT file holds builtin ops only, none of them random: noise is drawn outside and "
                          f"passed in. Received: {', '.join(sorted(found))}.")


def gpu_delegate(path: Path) -> dict:
    """Says whether LiteRT's GPU delegate knows all ops of the file in their versions, and which it does not.

    A table answers: `tf.lite.experimental.Analyzer` of TensorFlow 2.21 is built without its checks and takes every
    graph, CONV_3D as well.
    """
    complaints = []
    for name, version, custom in sorted(_operators(path)):
        if custom or name not in GPU_OPS:
            complaints.append(f"{custom or name}: not known to be supported")
        elif version > GPU_VERSIONS.get(name, 1):
            complaints.append(f"{name} version {version}: supported up to version {GPU_VERSIONS.get(name, 1)}")
    if any(getattr(operator.builtinOptions, mask, 0) for graph in _content(path).subgraphs for operator in graph.operators
           for mask in ("shrinkAxisMask", "newAxisMask", "ellipsisMask")):
        complaints.append("STRIDED_SLICE: supported where it keeps the axes")
    return {"gpu_delegate_compatible": not complaints, "gpu_delegate_complaints": complaints}


def _content(path: Path):
    from ai_edge_litert import schema_py_generated as schema

    return schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)


def _operators(path: Path) -> set[tuple[str, int, str]]:
    """(builtin name, version, custom name or "") of each kind of op in the file."""
    from ai_edge_litert import schema_py_generated as schema

    names = {code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}
    found = set()
    for operator in _content(path).operatorCodes:
        # The old field holds codes up to 127, the new one those above; the other is then the smaller.
        name = names[max(operator.builtinCode, operator.deprecatedBuiltinCode)]
        found.add((name, operator.version, operator.customCode.decode() if name == "CUSTOM" else ""))
    return found

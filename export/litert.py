"""LiteRT files: builtin ops only, so that they run on gpu_delegate, and the GPU delegate's opinion of them."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import keras
import numpy as np

from kerasgen.runtime.quiet import quiet_stderr

from . import flatbuffer
from .errors import ExportError
from .gpu_delegate import can_rewrite, rewrite_for_gpu
from .parts import Part

PACKAGES = ("ai-edge-litert",)
RANDOM = re.compile("RANDOM|RNG|MULTINOMIAL")
# Float ops that the GPU delegate takes without conditions that an op's name does not show (tflite/tools/versioning/
# gpu_compatibility.cc in LiteRT), and the versions above 1 that it takes (tflite/delegates/gpu/common/model_builder.cc).
# What is not here counts as refused.
GPU_OPS = {
    "ABS",
    "ADD",
    "AVERAGE_POOL_2D",
    "CEIL",
    "CONCATENATION",
    "CONV_2D",
    "COS",
    "DEPTHWISE_CONV_2D",
    "DEPTH_TO_SPACE",
    "DEQUANTIZE",
    "DIV",
    "ELU",
    "EXP",
    "FLOOR",
    "FULLY_CONNECTED",
    "GELU",
    "HARD_SWISH",
    "LEAKY_RELU",
    "LOG",
    "LOGISTIC",
    "MAXIMUM",
    "MAX_POOL_2D",
    "MEAN",
    "MINIMUM",
    "MIRROR_PAD",
    "MUL",
    "NEG",
    "PAD",
    "PADV2",
    "POW",
    "PRELU",
    "QUANTIZE",
    "RELU",
    "RELU6",
    "RESHAPE",
    "RESIZE_BILINEAR",
    "RESIZE_NEAREST_NEIGHBOR",
    "RSQRT",
    "SIGN",
    "SIN",
    "SLICE",
    "SOFTMAX",
    "SPACE_TO_DEPTH",
    "SPLIT",
    "SPLIT_V",
    "SQRT",
    "SQUARE",
    "SQUARED_DIFFERENCE",
    "STRIDED_SLICE",
    "SUB",
    "SUM",
    "TANH",
    "TILE",
    "TRANSPOSE",
    "TRANSPOSE_CONV",
}
GPU_VERSIONS = {
    "ADD": 2,
    "CONCATENATION": 2,
    "CONV_2D": 6,
    "DEPTHWISE_CONV_2D": 6,
    "DEQUANTIZE": 3,
    "DIV": 2,
    "FULLY_CONNECTED": 9,
    "LEAKY_RELU": 2,
    "LOGISTIC": 2,
    "MUL": 3,
    "QUANTIZE": 2,
    "RELU": 2,
    "RELU6": 2,
    "RESIZE_BILINEAR": 3,
    "RSQRT": 2,
    "SPACE_TO_DEPTH": 2,
    "SQUARED_DIFFERENCE": 2,
    "SUB": 2,
    "TANH": 2,
    "TRANSPOSE_CONV": 3,
}


def write(part: Part, path: Path, batch_size: int, precision: str = "float32", calibration: dict | None = None) -> dict:
    """Writes the network of `part` for batches of `batch_size`; gives the manifest's entries on the GPU delegate.

    `calibration` are examples of the inputs, (n, ...) by name, for precisions that need them. Raises ExportError if the network
    needs ops that are not LiteRT's own, or cannot be converted.
    """
    _write(part, part.network, path, batch_size, precision, calibration)
    verdict = gpu_delegate(path)
    if can_rewrite(verdict["gpu_delegate_complaints"]):
        _write(part, rewrite_for_gpu(part.network), path, batch_size, precision, calibration)
        verdict = gpu_delegate(path)
    return verdict


def _write(part: Part, network: keras.Model, path: Path, batch_size: int, precision: str, calibration: dict | None) -> None:
    # A dictionary of outputs, for their names in the file's signature.
    named = keras.Model(network.inputs, dict(zip(part.outputs, network.outputs, strict=True)), name=network.name)
    try:
        with quiet_stderr(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", r"\s*Warning: tf.lite.Interpreter is deprecated")  # TensorFlow's own calibration
            named.export(
                path,
                format="litert",
                input_signature=part.signature(batch_size),
                verbose=False,
                **_converter_options(network, precision, calibration, batch_size),
            )
    except Exception as error:
        needed = sorted(set(re.findall(r"'tf\.(\w+)' op is neither", str(error))))
        if needed:
            raise ExportError(
                "A LiteRT file holds builtin ops only, as phones lack TensorFlow's (Flex); noise is "
                f"drawn outside and passed in. Received: {', '.join(needed)}."
            ) from error
        raise ExportError(f"The network must convert to LiteRT. Received: {network.name} ({error}).") from error
    if precision == "int8_dynamic":
        flatbuffer.round_constants(path)


def _converter_options(network: keras.Model, precision: str, calibration: dict | None, batch_size: int) -> dict:
    import tensorflow as tf

    sets = tf.lite.OpsSet
    if precision == "float32":
        return {"target_spec": {"supported_ops": [sets.TFLITE_BUILTINS]}}
    options = {"optimizations": [tf.lite.Optimize.DEFAULT]}
    if precision == "float16":
        return options | {"target_spec": {"supported_ops": [sets.TFLITE_BUILTINS], "supported_types": [tf.float16]}}
    if precision == "int8_dynamic":
        # A scale and a zero for each output of a dense layer take 12 bytes, in a small network a sixth of the file.
        scales = 12 * sum(weight.shape[-1] for weight in network.weights if len(weight.shape) == 2)
        one_each = scales > 0.1 * network.count_params()
        return options | {
            "target_spec": {"supported_ops": [sets.TFLITE_BUILTINS]},
            "_experimental_disable_per_channel_quantization_for_dense_layers": one_each,
        }
    whole = {"int8": sets.TFLITE_BUILTINS_INT8, "int16x8": sets.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8}[
        precision
    ]

    def examples():
        count = len(next(iter(calibration.values())))
        for start in range(0, count, batch_size):
            batch = np.arange(start, start + batch_size) % count  # the last one is filled with the first examples
            yield {name: values[batch] for name, values in calibration.items()}

    # What has no form in whole numbers stays in floats.
    return options | {"representative_dataset": examples, "target_spec": {"supported_ops": [whole, sets.TFLITE_BUILTINS]}}


def check_ops(path: Path) -> None:
    """Raises ExportError for custom ops (TensorFlow's among them), and for random ones."""
    kinds = flatbuffer.operators(flatbuffer.read(path))
    found = {custom or name for name, _, custom in kinds if custom or RANDOM.search(name)}
    if found:
        raise ExportError(
            "A LiteRT file holds builtin ops only, none of them random: noise is drawn outside and "
            f"passed in. Received: {', '.join(sorted(found))}."
        )


def gpu_delegate(path: Path) -> dict:
    """Says whether LiteRT's GPU delegate knows all ops of the file in their versions, and which it does not.

    A table answers: `tf.lite.experimental.Analyzer` of TensorFlow 2.21 is built without its checks and takes every
    graph, CONV_3D as well.
    """
    complaints, model = [], flatbuffer.read(path)
    for name, version, custom in sorted(set(flatbuffer.operators(model))):
        if custom or name not in GPU_OPS:
            complaints.append(f"{custom or name}: not known to be supported")
        elif version > GPU_VERSIONS.get(name, 1):
            complaints.append(f"{name} version {version}: supported up to version {GPU_VERSIONS.get(name, 1)}")
    if any(
        getattr(operator.builtinOptions, mask, 0)
        for graph in model.subgraphs
        for operator in graph.operators
        for mask in ("shrinkAxisMask", "newAxisMask", "ellipsisMask")
    ):
        complaints.append("STRIDED_SLICE: supported where it keeps the axes")
    return {"gpu_delegate_compatible": not complaints, "gpu_delegate_complaints": complaints}

"""What LiteRT's GPU delegate takes of a file, and a network rewritten for it: other layers, the same images."""

from __future__ import annotations

from pathlib import Path

import keras

from kerasgen.backend.typing import Tensor

from . import flatbuffer

# Float ops that the GPU delegate takes without conditions that an op's name does not show (tflite/tools/versioning/
# gpu_compatibility.cc in LiteRT), and the versions above 1 that it takes (tflite/delegates/gpu/common/model_builder.cc).
# What is not here counts as refused.
OPS = set(
    """
    ABS ADD AVERAGE_POOL_2D CEIL CONCATENATION CONV_2D COS DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE DIV ELU EXP FLOOR
    FULLY_CONNECTED GELU HARD_SWISH LEAKY_RELU LOG LOGISTIC MAXIMUM MAX_POOL_2D MEAN MINIMUM MIRROR_PAD MUL NEG PAD PADV2
    POW PRELU QUANTIZE RELU RELU6 RESHAPE RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR RSQRT SIGN SIN SLICE SOFTMAX
    SPACE_TO_DEPTH SPLIT SPLIT_V SQRT SQUARE SQUARED_DIFFERENCE STRIDED_SLICE SUB SUM TANH TILE TRANSPOSE TRANSPOSE_CONV
    """.split()  # noqa: SIM905  a word a line would be a page
)
VERSIONS = {
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

# A rectifier behind a transposed convolution is fused into it, as a version of that operation which the delegate refuses. A
# LeakyReLU is not fused, and one of slope 0 is the rectifier.
FUSED = "TRANSPOSE_CONV version 4"


def find_complaints(path: Path) -> tuple[str, ...]:
    """Gives what LiteRT's GPU delegate does not take of a file: unknown ops, and known ones in newer versions.

    A table answers: `tf.lite.experimental.Analyzer` of TensorFlow 2.21 is built without its checks and takes every
    graph, CONV_3D as well.
    """
    from ai_edge_litert.schema_py_generated import StridedSliceOptionsT

    complaints, model = [], flatbuffer.read(path)
    for name, version, custom in sorted(set(flatbuffer.operators(model))):
        if custom or name not in OPS:
            complaints.append(f"{custom or name}: not known to be supported")
        elif version > VERSIONS.get(name, 1):
            complaints.append(f"{name} version {version}: supported up to version {VERSIONS.get(name, 1)}")
    options = (operator.builtinOptions for graph in model.subgraphs for operator in graph.operators)
    slices = (each for each in options if isinstance(each, StridedSliceOptionsT))
    if any(each.shrinkAxisMask or each.newAxisMask or each.ellipsisMask for each in slices):
        complaints.append("STRIDED_SLICE: supported where it keeps the axes")
    return tuple(complaints)


def can_rewrite(complaints: tuple[str, ...]) -> bool:
    """Whether `rewrite_for_gpu` helps against what the GPU delegate complains of."""
    return any(complaint.startswith(FUSED) for complaint in complaints)


def rewrite_for_gpu(network: keras.Model) -> keras.Model:
    """Gives a copy of a functional network, with the same weights, whose rectifiers are not fused into what is before them."""
    rectified = {
        layer.name
        for layer in network.layers
        if isinstance(layer, keras.layers.Conv2DTranspose) and layer.activation is keras.activations.relu
    }

    def copied(layer: keras.Layer) -> keras.Layer:
        if isinstance(layer, keras.layers.ReLU) and not layer.max_value and not layer.threshold:
            return keras.layers.LeakyReLU(layer.negative_slope, name=layer.name, dtype="float32")
        config = layer.get_config()
        if layer.name in rectified:
            config["activation"] = "linear"
        return type(layer).from_config(config)

    def called(layer: keras.Layer, *inputs: Tensor, **options: object) -> Tensor:
        outputs = layer(*inputs, **options)
        if layer.name not in rectified:
            return outputs
        return keras.layers.LeakyReLU(0.0, name=f"{layer.name}_rectifier", dtype="float32")(outputs)

    twin = keras.models.clone_model(network, clone_function=copied, call_function=called)
    twin.set_weights(network.get_weights())
    return twin

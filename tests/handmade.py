"""Exported files made by hand: ONNX graphs of a layer or two with their manifests, without Keras."""

import json

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from kerasgen.files import sha256
from kerasgen.runtime.manifest import FORMAT_VERSION, manifest_path

LATENT, SHAPE = 4, (8, 8, 3)
WEIGHTS = np.random.default_rng(0).standard_normal((LATENT, 192)).astype("float32")


def write(path, part, nodes, inputs, outputs, weights, num_classes=0):
    """Writes a graph and its manifest; `inputs` and `outputs` are (name, shape), or (name, shape, "uint8")."""
    dtypes = {"float32": TensorProto.FLOAT, "uint8": TensorProto.UINT8}
    inputs, outputs = ([(name, shape, *(dtype or ["float32"])) for name, shape, *dtype in side] for side in (inputs, outputs))
    values = [
        [helper.make_tensor_value_info(name, dtypes[dtype], shape) for name, shape, dtype in side] for side in (inputs, outputs)
    ]
    tensors = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, part, *values, tensors)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8), path)
    tables = [
        [
            {"name": name, "shape": [None if size == "batch" else size for size in shape], "dtype": dtype}
            for name, shape, dtype in side
        ]
        for side in (inputs, outputs)
    ]
    manifest = {
        "format_version": FORMAT_VERSION,
        "format": "onnx",
        "part": part,
        "inputs": tables[0],
        "outputs": tables[1],
        "file": {"name": path.name, "sha256": sha256(path), "bytes": path.stat().st_size},
        "latent_dim": LATENT,
        "image_shape": list(SHAPE),
        "num_classes": num_classes,
        "parity": None,
    }
    manifest_path(path).write_text(json.dumps(manifest), "utf-8")
    return path


def write_decoder(path, batch):
    nodes = [
        helper.make_node("MatMul", ["z", "w"], ["x"]),
        helper.make_node("Sigmoid", ["x"], ["y"]),
        helper.make_node("Reshape", ["y", "shape"], ["image"]),
    ]
    weights = {"w": WEIGHTS, "shape": np.array([batch if batch != "batch" else -1, *SHAPE])}
    return write(path, "decoder", nodes, [("z", [batch, LATENT])], [("image", [batch, *SHAPE])], weights)


def write_uint8_decoder(path):
    """As `write_decoder`, with images of 0..255 straight from the graph."""
    nodes = [
        helper.make_node("MatMul", ["z", "w"], ["x"]),
        helper.make_node("Sigmoid", ["x"], ["y"]),
        helper.make_node("Mul", ["y", "most"], ["scaled"]),
        helper.make_node("Round", ["scaled"], ["rounded"]),
        helper.make_node("Cast", ["rounded"], ["whole"], to=TensorProto.UINT8),
        helper.make_node("Reshape", ["whole", "shape"], ["image"]),
    ]
    weights = {"w": WEIGHTS, "most": np.float32(255), "shape": np.array([-1, *SHAPE])}
    return write(path, "decoder", nodes, [("z", ["batch", LATENT])], [("image", ["batch", *SHAPE], "uint8")], weights)


def write_encoder(path):
    nodes = [
        helper.make_node("Flatten", ["image"], ["x"]),
        helper.make_node("MatMul", ["x", "m"], ["mean"]),
        helper.make_node("MatMul", ["x", "v"], ["log_variance"]),
    ]
    outputs = [("mean", ["batch", LATENT]), ("log_variance", ["batch", LATENT])]
    return write(path, "encoder", nodes, [("image", ["batch", *SHAPE])], outputs, {"m": WEIGHTS.T.copy(), "v": -WEIGHTS.T})


def change_manifest(path, change):
    """Updates the manifest of `path`; None takes an entry away."""
    manifest = json.loads(manifest_path(path).read_text("utf-8")) | change
    manifest_path(path).write_text(
        json.dumps({name: value for name, value in manifest.items() if value is not None or name == "parity"}), "utf-8"
    )

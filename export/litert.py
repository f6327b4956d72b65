"""LiteRT files: builtin ops only, so that they run on phones, and as their GPUs take them where that can be."""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np

from kerasgen.runtime.manifest import PrecisionName

from . import flatbuffer
from .errors import ExportError
from .gpu_delegate import can_rewrite, find_complaints, rewrite_for_gpu
from .parts import Arrays, Part

PACKAGES: tuple[str, ...] = ("ai-edge-litert",)
RANDOM = re.compile("RANDOM|RNG|MULTINOMIAL")


def write(
    part: Part, path: Path, batch_size: int | None, precision: PrecisionName = "float32", calibration: Arrays | None = None
) -> tuple[str, ...]:
    """Writes the network of `part` for batches of `batch_size`, 1 for None; gives what the GPU delegate does not take of it.

    `calibration` are examples of the inputs, (n, ...) by name, for precisions that need them. Raises ExportError if the network
    needs ops that are not LiteRT's own, or cannot be converted.
    """
    size = batch_size or 1
    _write(part, part.network, path, size, precision, calibration)
    complaints = find_complaints(path)
    if can_rewrite(complaints):
        _write(part, rewrite_for_gpu(part.network), path, size, precision, calibration)
        complaints = find_complaints(path)
    return complaints


def _write(
    part: Part, network: keras.Model, path: Path, batch_size: int, precision: PrecisionName, calibration: Arrays | None
) -> None:
    # A dictionary of outputs, for their names in the file's signature.
    named = keras.Model(network.inputs, dict(zip(part.outputs, network.outputs, strict=True)), name=network.name)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", r"\s*Warning: tf.lite.Interpreter is deprecated")  # TensorFlow's own calibration
            named.export(
                path,
                format="litert",
                input_signature=part.signature(batch_size),
                verbose=False,
                **_converter_options(network, precision, calibration, batch_size),
            )
        flatbuffer.order(path, tuple(part.inputs), part.outputs)
    except Exception as error:
        needed = sorted(set(re.findall(r"'tf\.(\w+)' op is neither", str(error))))
        if needed:
            raise ExportError(
                "A LiteRT file holds builtin ops only, as phones lack TensorFlow's (Flex); noise is "
                f"sampled outside and passed in. Received: {', '.join(needed)}."
            ) from error
        raise ExportError(f"The network must convert to LiteRT. Received: {network.name} ({error}).") from error
    if precision == "int8_dynamic":
        flatbuffer.round_constants(path)


def _converter_options(
    network: keras.Model, precision: PrecisionName, calibration: Arrays | None, batch_size: int
) -> dict[str, object]:
    import tensorflow as tf

    sets = tf.lite.OpsSet
    if precision == "float32":
        return {"target_spec": {"supported_ops": [sets.TFLITE_BUILTINS]}}
    options: dict[str, object] = {"optimizations": [tf.lite.Optimize.DEFAULT]}
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
    assert calibration is not None
    examples = functools.partial(_examples, calibration, batch_size)
    # What has no integer form stays in float32.
    return options | {"representative_dataset": examples, "target_spec": {"supported_ops": [whole, sets.TFLITE_BUILTINS]}}


def _examples(calibration: Arrays, batch_size: int) -> Iterator[Arrays]:
    """Batches of one size: the last is filled with the first examples."""
    count = len(next(iter(calibration.values())))
    for start in range(0, count, batch_size):
        batch = np.arange(start, start + batch_size) % count
        yield {name: values[batch] for name, values in calibration.items()}


def check_file(path: Path) -> None:
    """Raises ExportError for custom ops (TensorFlow's among them), and for random ones."""
    kinds = flatbuffer.operators(flatbuffer.read(path))
    found = {custom or name for name, _, custom in kinds if custom or RANDOM.search(name)}
    if found:
        raise ExportError(
            "A LiteRT file holds builtin ops only, none of them random: noise is sampled outside and "
            f"passed in. Received: {', '.join(sorted(found))}."
        )

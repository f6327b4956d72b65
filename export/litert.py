"""LiteRT files: builtin ops only, so that they run on phones, and the GPU delegate's opinion of them."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import keras

from kerasgen.runtime.sessions import quiet_stderr

from .errors import ExportError
from .parts import Part

PACKAGES = ("ai-edge-litert",)
RANDOM = re.compile("RANDOM|RNG|MULTINOMIAL")


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
    from ai_edge_litert import schema_py_generated as schema

    names = {code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}
    found = set()
    for operator in schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0).operatorCodes:
        # The old field holds codes up to 127, the new one those above; the other is then the smaller.
        name = names[max(operator.builtinCode, operator.deprecatedBuiltinCode)]
        if name == "CUSTOM":
            found.add(operator.customCode.decode())
        elif RANDOM.search(name):
            found.add(name)
    if found:
        raise ExportError("A LiteRT file holds builtin ops only, none of them random: noise is drawn outside and "
                          f"passed in. Received: {', '.join(sorted(found))}.")


def gpu_delegate(path: Path) -> dict:
    """Asks TensorFlow's analyser whether LiteRT's GPU delegate takes the file, and what it objects to."""
    import tensorflow as tf

    report = io.StringIO()
    with contextlib.redirect_stdout(report), quiet_stderr():
        tf.lite.experimental.Analyzer.analyze(model_content=path.read_bytes(), gpu_compatibility=True)
    lines = [line.strip() for line in report.getvalue().splitlines()]
    verdict = "Your model looks compatible with GPU delegate"
    return {
        "gpu_delegate_compatible": any(line.startswith(verdict) for line in lines),
        "gpu_delegate_complaints": [line for line in lines if line.startswith("GPU COMPATIBILITY WARNING")],
    }

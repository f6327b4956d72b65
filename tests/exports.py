"""What the tests of exports need."""

import contextlib
import os

import numpy as np
import onnxruntime
import pytest
from ai_edge_litert.interpreter import Interpreter

from kerasgen.models import DCGAN, VAE

FORMATS = ["onnx", "tflite"]


def vae(**arguments):
    return VAE((28, 28, 1), latent_dim=4, channels=4, **arguments)


def dcgan(**arguments):
    return DCGAN((32, 32, 3), latent_dim=4, channels=4, **arguments)


def vary(network):
    """Moves all weights off their initial zeros and ones, without the cost of training."""
    random = np.random.default_rng(0)
    network.set_weights(
        [w + 0.1 * np.abs(random.standard_normal(w.shape, "float32")) * np.sign(0.1 + w) for w in network.get_weights()]
    )


@contextlib.contextmanager
def descriptors_kept():
    """Fails where a file descriptor of the process is swapped meanwhile: other threads would lose what they write."""
    before = os.fstat(2)
    with pytest.MonkeyPatch.context() as patched:  # pytest itself swaps them after the test
        patched.setattr(os, "dup2", lambda *arguments: pytest.fail("a file descriptor was swapped"))
        yield
    assert os.path.samestat(before, os.fstat(2))


def run_by_position(path, inputs):
    """The outputs of a file in its own order, for inputs in its own order, by its engine alone."""
    if path.suffix == ".onnx":
        session = onnxruntime.InferenceSession(path)
        return session.run(None, dict(zip([each.name for each in session.get_inputs()], inputs, strict=True)))
    interpreter = Interpreter(str(path))
    interpreter.allocate_tensors()
    for detail, values in zip(interpreter.get_input_details(), inputs, strict=True):
        interpreter.set_tensor(detail["index"], values)
    interpreter.invoke()
    return [interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()]

"""The same weights and inputs on another backend, in a process of its own."""

import os
import subprocess
import sys

import numpy as np
import pytest

import kerasgen

NAMES = kerasgen.list_presets(trained=True)
RUN = """
import sys, numpy as np, kerasgen
with np.load(sys.argv[1]) as inputs:
    outputs = {}
    for name in kerasgen.list_presets(trained=True):
        model = kerasgen.load(name)
        outputs[name] = model.decode(inputs["z"][:, :model.latent_dim])
        if hasattr(model, "run_encoder"):
            for index, values in enumerate(model.run_encoder(inputs[name])):
                outputs[f"{name} {index}"] = values
np.savez(sys.argv[2], **outputs)
"""


@pytest.mark.backend("tensorflow")
def test_presets_decode_and_encode_the_same_on_every_backend(tmp_path):
    z = np.random.default_rng(0).standard_normal((8, 256), dtype="float32")
    ours = {name: kerasgen.load(name).decode(z[:, :kerasgen.load(name).latent_dim]) for name in NAMES}
    np.savez(tmp_path / "inputs.npz", z=z, **ours)
    results = {}
    for backend in ("tensorflow", "jax", "torch"):
        file = tmp_path / f"{backend}.npz"
        subprocess.run([sys.executable, "-c", RUN, str(tmp_path / "inputs.npz"), str(file)], check=True,
                       env={**os.environ, "KERAS_BACKEND": backend})
        with np.load(file) as arrays:
            results[backend] = dict(arrays)
    assert set(NAMES) <= set(results["tensorflow"])
    for backend in ("jax", "torch"):
        assert set(results[backend]) == set(results["tensorflow"])
        for name, values in results["tensorflow"].items():
            np.testing.assert_allclose(results[backend][name], values, atol=1e-4, err_msg=f"{name} on {backend}")

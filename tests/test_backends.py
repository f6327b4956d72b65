"""The same weights and inputs on another backend, in a process of its own."""

import os
import subprocess
import sys

import numpy as np
import pytest

import kerasgen

DRAW = """
import sys, numpy as np, kerasgen
model = kerasgen.load(sys.argv[1])
images = model.sample(8, seed=0)
arrays = {"images": images}
if hasattr(model, "encode"):
    arrays["mean"], arrays["log_variance"] = model.encode_distribution(images)
np.savez(sys.argv[2], **arrays)
"""


@pytest.mark.backend("tensorflow")
@pytest.mark.parametrize("backend", ["jax", "torch"])
@pytest.mark.parametrize("name", kerasgen.list_presets())
def test_presets_draw_and_encode_the_same(name, backend, tmp_path):
    file = tmp_path / "arrays.npz"
    subprocess.run([sys.executable, "-c", DRAW, name, str(file)], check=True, env={**os.environ, "KERAS_BACKEND": backend})
    model = kerasgen.load(name)
    with np.load(file) as arrays:
        np.testing.assert_allclose(model.sample(8, seed=0), arrays["images"], atol=1e-4)
        if "mean" in arrays:
            for ours, theirs in zip(model.encode_distribution(arrays["images"]), (arrays["mean"], arrays["log_variance"]),
                                    strict=True):
                np.testing.assert_allclose(ours, theirs, atol=1e-4)

"""The same weights and inputs on another backend, in a process of its own."""

import os
import subprocess
import sys

import keras
import numpy as np
from helpers import ANY_BACKEND

import kerasgen
from kerasgen.latent.codes import labels_in_turn
from kerasgen.models.autoencoder_base import BaseAutoencoder
from kerasgen.models.latent_base import LatentDecoder

RUN = """
import sys, numpy as np, kerasgen
from kerasgen.latent.codes import labels_in_turn
from kerasgen.models.autoencoder_base import BaseAutoencoder
from kerasgen.models.latent_base import LatentDecoder
with np.load(sys.argv[1]) as inputs:
    outputs = {}
    for name in sys.argv[3:]:
        model = kerasgen.load(name)
        if isinstance(model, LatentDecoder):
            outputs[name] = model.decode(inputs["z"][:, :model.latent_dim], labels=labels_in_turn(8, model.num_classes))
        if isinstance(model, BaseAutoencoder):
            for index, values in enumerate(model.run_encoder(inputs[name])):
                outputs[f"{name} {index}"] = values
np.savez(sys.argv[2], **outputs)
"""


@ANY_BACKEND
def test_presets_of_each_kind_of_networks_give_the_same_on_every_backend(tmp_path):
    z = np.random.default_rng(0).standard_normal((8, 256), dtype="float32")
    models = {type(model).build_networks: model for model in map(kerasgen.load, kerasgen.list_presets(trained=True))}
    models = {model.card.name: model for model in models.values()}
    ours = {
        name: model.decode(z[:, : model.latent_dim], labels=labels_in_turn(8, model.num_classes))
        for name, model in models.items()
        if isinstance(model, LatentDecoder)
    }
    np.savez(tmp_path / "inputs.npz", z=z, **ours)
    for name, model in models.items():
        if isinstance(model, BaseAutoencoder):
            ours |= {f"{name} {index}": values for index, values in enumerate(model.run_encoder(ours[name]))}
    for backend in {"tensorflow", "jax", "torch"} - {keras.backend.backend()}:
        file = tmp_path / f"{backend}.npz"
        subprocess.run(
            [sys.executable, "-c", RUN, str(tmp_path / "inputs.npz"), str(file), *models],
            check=True,
            env={**os.environ, "KERAS_BACKEND": backend},
        )
        with np.load(file) as arrays:
            assert set(arrays) == set(ours)
            for name, values in arrays.items():
                np.testing.assert_allclose(values, ours[name], atol=1e-4, err_msg=f"{name} on {backend}")

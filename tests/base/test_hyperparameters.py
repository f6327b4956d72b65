"""The constructor that is made of a model's fields."""

import inspect

import numpy as np
import pytest

import kerasgen
from kerasgen import models
from kerasgen.base.hyperparameters import Hyperparameters
from kerasgen.models import DCGAN, VAE, WGANGP, StyleGAN

CLASSES = [getattr(models, name) for name in models.__all__]


@pytest.mark.parametrize("cls", CLASSES)
def test_every_signature_names_its_arguments_with_types_and_defaults(cls):
    parameters = list(inspect.signature(cls).parameters.values())
    assert parameters[0].name == "image_shape" and parameters[0].default is inspect.Parameter.empty
    assert all(parameter.kind is inspect.Parameter.KEYWORD_ONLY for parameter in parameters[1:])
    assert all(parameter.default is not inspect.Parameter.empty for parameter in parameters[1:])
    assert all(parameter.annotation is not inspect.Parameter.empty for parameter in parameters)
    assert [parameter.name for parameter in parameters[:-3]] == cls.arguments()


def test_defaults_are_those_of_the_nearest_class():
    parameters = inspect.signature(StyleGAN).parameters
    assert parameters["latent_dim"].default == 512 and parameters["penalties"].default == {"r1": 2.5}
    assert inspect.signature(WGANGP).parameters["discriminator_steps"].default == 5


def test_values_become_what_the_fields_say():
    model = VAE([np.int64(6), 5, 1], network="dense", hidden=[8], beta=np.float32(2), free_bits=1)
    assert model.image_shape == (6, 5, 1) and model.hidden == (8,)
    assert model.beta == 2.0 and type(model.beta) is float and type(model.free_bits) is float


def test_a_default_is_no_models_to_change():
    first, second = (WGANGP((8, 8, 1), latent_dim=3, channels=4) for _ in range(2))
    first.penalties["r1"] = 1.0
    assert second.penalties == WGANGP.penalties == {"gradient_penalty": 10.0}


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"laten_dim": 3}, 'VAE.laten_dim: unknown argument. Did you mean "latent_dim"[?] Received: 3'),
        ({"latent_dim": 0}, "VAE.latent_dim: must be int >= 1. Received: 0"),
        ({"latent_dim": 2.5}, "VAE.latent_dim: must be int. Received: 2.5"),
        ({"normalize": "yes"}, 'VAE.normalize: must be bool. Received: "yes"'),
        ({"likelihood": "poisson"}, 'VAE.likelihood: must be one of "bernoulli", "gaussian". Received: "poisson"'),
        ({"scale": "learnt"}, 'VAE.scale: must be one of float, "learned". Received: "learnt"'),
        ({"hidden": (8, -1)}, r"VAE.hidden\[1\]: must be int >= 1. Received: -1"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        VAE((28, 28, 1), **arguments)


def test_wrong_shapes():
    with pytest.raises(ValueError, match="DCGAN.image_shape: required argument. Received: none"):
        DCGAN()
    with pytest.raises(ValueError, match="DCGAN.image_shape: must be array of length 3. Received: .28,28."):
        DCGAN((28, 28))
    with pytest.raises(TypeError, match="takes image_shape alone by position"):
        DCGAN((28, 28, 1), 100)


def test_a_constructor_of_its_own_is_refused():
    with pytest.raises(TypeError, match="annotated class attributes.* Received: a class Own with an __init__"):

        class Own(Hyperparameters):
            def __init__(self):
                pass


def test_presets_of_a_class():
    assert DCGAN.presets == ["dcgan_fashion_mnist", "dcgan_portraits"]
    assert set(kerasgen.GenerativeModel.presets) == set(kerasgen.list_presets())
    with pytest.raises(ValueError, match="of the class VAE. Received: dcgan_portraits, a DCGAN"):
        VAE.from_preset("dcgan_portraits")
    untrained = DCGAN.from_preset("dcgan_portraits", load_weights=False)
    assert (untrained.sample(1, seed=0) != kerasgen.load("dcgan_portraits").sample(1, seed=0)).any()
    assert type(kerasgen.GenerativeModel.from_preset("dcgan_portraits")) is DCGAN


def test_fields_whose_type_is_no_type():
    code = "from __future__ import annotations\nfrom kerasgen.models import VAE\nclass Own(VAE):\n    foo: Nothing = 3\n"
    with pytest.raises(TypeError, match="must be found in its module.* Received: Own.foo: Nothing"):
        exec(code, {"__name__": "elsewhere"})


def test_seeds_are_those_of_every_backend():
    with pytest.raises(ValueError, match="VAE.seed: must be int >= 0. Received: -1"):
        VAE((28, 28, 1), seed=-1)

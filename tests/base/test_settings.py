"""Keras's global settings are the user's own: they change nothing of what a model computes, and are his afterwards."""

import keras
import numpy as np
import pytest
from helpers import ANY_BACKEND, EAGER, assert_equal_states, state
from keras import config
from tiny import TINY, TRANSLATORS

import kerasgen
from kerasgen.base.settings import DEFAULTS, keras_defaults
from kerasgen.models.gan_base import BaseGAN
from kerasgen.presets.card import TrainingSection
from kerasgen.training import build_optimizers

HOSTILE = {"floatx": "float16", "epsilon": 0.1, "image_data_format": "channels_first"}


def settings():
    return {name: getattr(config, name)() for name in DEFAULTS} | {"dtype_policy": config.dtype_policy().name}


def put(values):
    for name, value in values.items():
        getattr(config, f"set_{name}")(value)


@pytest.fixture
def hostile():
    """Puts other settings in force, those of `HOSTILE` and a policy, and afterwards the ones before."""
    before = settings()

    def begin(policy="float16"):
        put({**HOSTILE, "dtype_policy": policy})
        return settings()

    yield begin
    put(before)


def outputs(model, images):
    found = [keras.ops.convert_to_numpy(each) for each in keras.tree.flatten(model(example(model, images)))]
    if hasattr(model, "decode"):
        found.append(model.decode(np.ones((4, 3), "float32"), **({"labels": 1} if model.num_classes else {})))
    if hasattr(model, "translate"):
        found += [model.translate(images, direction) for direction in model.directions]
    if hasattr(model, "log_likelihood"):
        found.append(model.log_likelihood(images, samples=2))
    return found


def example(model, images):
    """What a model is called with."""
    if not isinstance(model, BaseGAN):
        return images
    codes = np.ones((4, 3), "float32")
    return [codes, np.ones(4, "float32")] if model.num_classes else codes


@pytest.mark.parametrize("name", [name if name in ("gan", "dcgan") else pytest.param(name, marks=ANY_BACKEND) for name in TINY])
def test_a_model_is_built_trained_and_used_as_under_keras_defaults(name, images_of, hostile):
    """Convolutions, schedules, moving averages and metrics among them."""
    plain = TINY[name]()
    images = images_of(plain, 8)
    labels = np.arange(8) % 2 if plain.requires_labels else None
    targets = np.random.default_rng(1).random((8, *plain.image_shape), "float32") if name in TRANSLATORS else labels
    weights = plain.get_weights()

    def run(model):
        model.set_weights(weights)
        found = outputs(model, images)
        model.compile(**EAGER)
        history = model.fit(images, targets, batch_size=4, epochs=2, shuffle=False, verbose=0).history
        return [*found, *outputs(model, images), *state(model), *history.values()]

    expected = run(plain)
    users = hostile()
    assert_equal_states(run(TINY[name]()), expected)
    assert settings() == users


@ANY_BACKEND
def test_optimizers_of_a_card_are_those_of_keras_defaults(hostile):
    hostile()
    section = TrainingSection(optimizers={"vae": {"class_name": "Adam", "config": {"learning_rate": 1e-4}}})
    assert float(build_optimizers(section)["vae"].learning_rate) == np.float32(1e-4)


@ANY_BACKEND
def test_a_run_that_fails_gives_the_settings_back(hostile):
    model = TINY["vae_dense"]()
    users = hostile()
    model.compile()
    with pytest.raises(ValueError, match="Received"):
        model.fit(np.full((4, 6, 5, 1), 2.0), verbose=0)
    assert settings() == users


@ANY_BACKEND
def test_the_last_of_blocks_that_overlap_gives_the_settings_back(hostile):
    users = hostile()
    first, second = keras_defaults(), keras_defaults()
    for block in (first, second):
        block.__enter__()
    first.__exit__(None, None, None)
    assert {name: settings()[name] for name in DEFAULTS} == DEFAULTS
    second.__exit__(None, None, None)
    assert settings() == users


@ANY_BACKEND
def test_a_new_model_takes_a_policy_whose_weights_are_float32(hostile):
    taken = {"float32": "float32", "mixed_bfloat16": "mixed_bfloat16", "float16": "float32", "float64": "float32"}
    for policy, dtype in taken.items():
        hostile(policy)
        assert TINY["gan"]().dtype_policy.name == dtype
        for told in ("float32", "mixed_bfloat16"):
            assert TINY["gan"](dtype=told).dtype_policy.name == told


@ANY_BACKEND
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "float64"])
def test_a_preset_is_float32_whatever_the_policy(policy, tmp_path, hostile):
    path = TINY["dcgan"]().save_to_preset(tmp_path / "mine")
    translator = TINY["cyclegan"]()
    expected = kerasgen.load(path).sample(3, seed=0)
    hostile(policy)
    model = kerasgen.load(path)
    assert model.dtype_policy.name == "float32"
    np.testing.assert_array_equal(model.sample(3, seed=0), expected)
    again = model.save_to_preset(tmp_path / "again")
    assert again.with_suffix(".weights.h5").read_bytes() == path.with_suffix(".weights.h5").read_bytes()
    assert type(model).from_preset(path, ada_target=0.6).dtype_policy.name == "float32"
    assert type(model).from_preset(path, dtype="mixed_bfloat16").dtype_policy.name == "mixed_bfloat16"
    assert translator.resized(16, 16).dtype_policy.name == "float32"


@pytest.mark.backend("tensorflow")
@pytest.mark.parametrize("format", ["onnx", "litert"])
def test_a_preset_is_exported_as_under_keras_defaults(format, tmp_path, hostile):
    path = TINY["vae"]().save_to_preset(tmp_path / "mine")
    plain = kerasgen.load(path).export(tmp_path / "plain", format)
    hostile("mixed_bfloat16")
    assert kerasgen.load(path).export(tmp_path / "other", format).read_bytes() == plain.read_bytes()


def test_a_model_is_saved_and_loaded_by_keras_as_under_its_defaults(tmp_path, hostile):
    model = TINY["gan"]()
    model.compile(**EAGER)
    model.fit(np.random.default_rng(0).random((8, 6, 5, 1), "float32"), verbose=0)
    hostile()
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert_equal_states(state(loaded), state(model))
    assert [v.dtype for v in loaded.optimizer.variables] == [v.dtype for v in model.optimizer.variables]
    np.testing.assert_array_equal(loaded.sample(2, seed=0), model.sample(2, seed=0))

"""FastGAN: which maps excite which, and what the discriminator must know of what it has seen."""

import keras
import numpy as np
import pytest
from helpers import ANY_BACKEND, EAGER, to_numpy
from keras import ops

from kerasgen.layers.upsample import Upsample
from kerasgen.models import FastGAN

pytestmark = ANY_BACKEND


def small(*sides, **arguments):
    return FastGAN((*(sides or (32, 32)), 3), latent_dim=3, channels=2, max_channels=4, **arguments)


@pytest.mark.parametrize(
    "sides, pairs, maps",
    [
        ((128, 128), {(4, 64), (8, 128)}, [(5, 5), (16, 16), (8, 8)]),
        ((32, 32), {(4, 32)}, [(5, 5), (16, 16), (8, 8)]),
        ((16, 24), {(4, 16)}, [(5, 7), (16, 24), (8, 12)]),
    ],
)
def test_maps_and_their_pairs(sides, pairs, maps):
    model = small(*sides)
    assert [tuple(output.shape[1:3]) for output in model.discriminator.outputs] == maps
    parts = [tuple(output.shape[1:3]) for output in model.decoders.outputs]
    assert parts == [(sides[0] // 2, sides[1] // 2)] * 2  # the window in full, the whole at half its sides
    found = set()
    for layer in model.generator.layers:
        if layer.name.startswith("excite_"):
            stage = layer.name.removeprefix("excite_")
            names = {each.name: each for each in model.generator.layers}
            source = names.get(f"pool_{stage}", names[f"conv_{stage}_squeeze"]).input
            found.add((source.shape[1], layer.output.shape[1]))
    assert found == pairs


def test_a_small_map_excites_channels_of_a_large_one():
    model = small()
    gate, x = (model.generator.get_layer(name).output for name in ("gate_0", "glu_0_b"))
    z = np.random.default_rng(0).standard_normal((2, 3), dtype="float32")
    gate, x, excited = keras.Model(model.generator.input, [gate, x, model.generator.get_layer("excite_0").output])(z)
    assert gate.shape == (2, 1, 1, 2)
    np.testing.assert_allclose(*map(ops.convert_to_numpy, (excited, x * gate)), rtol=1e-6)


def test_windows_are_of_the_same_place_in_the_map_and_in_the_image(monkeypatch):
    model = small(reconstruction_weight=1.0)
    model.compile(**EAGER)
    images = Upsample()(Upsample()(np.random.default_rng(0).random((8, 8, 8, 3), dtype="float32")))  # (8, 32, 32, 3)
    monkeypatch.setattr(type(model.discriminator), "__call__", lambda self, x, training: perfect(x))

    def perfect(x):
        if isinstance(x, list):  # the decoders
            seen.append(x[0])
            return [Upsample()(each) for each in x]
        return [ops.zeros((8, 5, 5, 1)), x[:, ::2, ::2], x[:, ::4, ::4]]

    seen = []
    for _ in range(3):
        _, terms = model.judge_real(images, (images,), True)
        assert float(ops.convert_to_numpy(terms["reconstruction"])) == 0.0
    assert len({ops.convert_to_numpy(each).tobytes() for window in seen for each in window}) > 8  # not always the same place


def test_the_reconstruction_trains_the_discriminator_beside_lazy_penalties():
    images = np.random.default_rng(0).random((8, 32, 32, 3), dtype="float32")
    model = small(penalties={"r1": 0.1}, penalty_interval=2)
    model.compile(**EAGER)
    history = model.fit(images, batch_size=4, epochs=2, verbose=0).history
    assert np.isfinite(list(history.values())).all() and {"reconstruction", "r1"} <= set(history)
    plain = small(reconstruction_weight=0.0)
    plain.compile(**EAGER)
    assert plain.decoders is None and "reconstruction" not in plain.fit(images, batch_size=4, verbose=0).history


def test_blocks_are_frozen_from_the_image_on():
    model = small(64, 64, freeze_discriminator=2)
    names = {layer.layer.name for layer in model.discriminator.layers if model.frozen(layer) and hasattr(layer, "layer")}
    assert names == {"conv_from_image", "conv_1_a", "conv_1_b", "conv_1_skip"} and model.discriminator_blocks == 3


def test_another_size_keeps_the_inner_stages(tmp_path):
    model = FastGAN((32, 32, 3), latent_dim=3, channels=8)
    for layer in model.generator.layers:
        if layer.name.startswith("noise_"):
            layer.strength.assign(np.ones(layer.strength.shape))
    larger = FastGAN.from_preset(model.save_to_preset(tmp_path / "mine"), image_shape=(64, 64, 3))
    assert larger.channels == 4
    outer = {f"{kind}_0_a" for kind in ("conv", "norm")} | {"conv_0_squeeze", "conv_0_excite", "to_image"}
    assert {name.removeprefix("generator/") for name in larger.fresh_layers if name.startswith("generator/")} == outer
    assert {name for name in larger.fresh_layers if not name.startswith("generator/")} == {
        f"discriminator/{name}" for name in ("conv_from_image", "conv_1_a", "conv_1_b", "conv_1_skip")
    } | {f"discriminator/norm_1_{half}" for half in ("a", "b", "skip")} | {
        f"decoders/{part}_{name}" for part in ("part", "whole") for name in ("conv_1", "norm_1", "to_image")
    }
    strengths = [to_numpy(layer.strength) for layer in larger.generator.layers if layer.name.startswith("noise_")]
    assert all(np.all(each == 1.0) for each in strengths)


def test_small_images_are_refused():
    with pytest.raises(ValueError, match=r"halve twice or more, of 16 pixels on. Received: image_shape=\(8, 8, 3\)"):
        small(8, 8)

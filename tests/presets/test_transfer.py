"""Presets with other arguments: which weights are kept at another size, and what a fine-tuned preset's card says."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest
from helpers import ANY_BACKEND, EAGER, noise_images, save_all
from tiny import TINY

from kerasgen import presets
from kerasgen.base.model import GenerativeModel
from kerasgen.latent.codes import sample_codes
from kerasgen.models import DCGAN, SNGAN, VAE, CycleGAN, ProgressiveGAN, StyleGAN, StyleGAN2
from kerasgen.presets.card import TrainingSection
from kerasgen.presets.store import networks_of
from kerasgen.records import to_dict

pytestmark = ANY_BACKEND

ABOUT = {
    "description": "Noise.",
    "data": {"source": "portraits"},
    "training": {"batch_size": 8, "epochs": 3},
    "paper": "A paper",
    "license": {"weights": "CC0-1.0"},
    "metrics": {"fid": 1.0},
}


def small(cls, side, **arguments):
    options = {
        DCGAN: {"latent_dim": 3, "channels": 8},
        SNGAN: {"latent_dim": 3, "channels": 8},
        VAE: {"latent_dim": 3, "channels": 8, "hidden": (5,)},
        ProgressiveGAN: {"latent_dim": 3, "channels": 8, "max_channels": 16, "start_size": 4},
        StyleGAN: {"latent_dim": 3, "style_dim": 4, "mapping_layers": 2, "channels": 8, "max_channels": 16, "start_size": side},
        StyleGAN2: {"latent_dim": 3, "style_dim": 4, "mapping_layers": 2, "channels": 8, "max_channels": 16},
    }
    return cls((side, side, 3), **options[cls], **arguments)


def features(network, layer, inputs):
    return keras.ops.convert_to_numpy(keras.Model(network.input, network.get_layer(layer).output)(inputs))


@pytest.fixture
def preset(tmp_path):
    return small(DCGAN, 16).save_to_preset(tmp_path / "mine", ABOUT)


@pytest.mark.parametrize("name", TINY)
def test_another_seed_keeps_all_weights(name, tmp_path):
    model = TINY[name]()
    again = GenerativeModel.from_preset(model.save_to_preset(tmp_path / "mine"), seed=7)
    assert type(again) is type(model) and again.seed == 7 and again.fresh_layers == () and again.init == "mine"
    for old, new in zip(networks_of(model), networks_of(again), strict=True):
        for first, second in zip(old.get_weights(), new.get_weights(), strict=True):
            np.testing.assert_array_equal(first, second)


# The layers that are fresh after 16 pixels became 32, and after they became 8.
OUTER = {
    DCGAN: (
        {f"discriminator/{each}" for each in ("conv_0", "conv_1", "norm_1")}  # the preset has its image there, and no norm
        | {f"generator/{each}" for each in ("conv_0", "norm_0", "to_image")},
        {"discriminator/conv_0", "generator/to_image"},
    ),
    SNGAN: (
        {f"discriminator/conv_{each}" for each in ("from_image", "0_a", "0_b", "0_skip")}
        | {f"generator/{each}" for each in ("norm_0_a", "conv_0_a", "norm_0_b", "conv_0_b", "conv_0_skip")}
        | {"generator/norm_last", "generator/conv_to_image"},
        {"discriminator/conv_from_image", "generator/norm_last", "generator/conv_to_image"},
    ),
    VAE: (
        {"encoder/conv_0", "encoder/norm_0", "encoder/conv_1", "decoder/conv_0", "decoder/norm_0", "decoder/to_image"},
        {"encoder/conv_0", "decoder/to_image"},
    ),
    ProgressiveGAN: (
        {f"discriminator/{each}_3{half}" for each, half in (("from_image", ""), ("conv", "_a"), ("conv", "_b"))}
        | {f"generator/{each}" for each in ("conv_3_a", "conv_3_b", "to_image_3")},
        set(),
    ),
    StyleGAN: (
        {f"discriminator/{each}_3{half}" for each, half in (("from_image", ""), ("conv", "_a"), ("conv", "_b"))}
        | {f"generator/{each}" for each in ("conv_3_a", "conv_3_b", "to_image_3")}
        | {f"generator/{kind}_{index}" for kind in ("noise", "style") for index in (6, 7)},
        {"discriminator/from_image_1", "generator/to_image_1"},  # the preset does not grow and has them at its own size alone
    ),
    StyleGAN2: (
        {f"discriminator/{each}" for each in ("from_image_3", "conv_3_a", "conv_3_b", "conv_3_skip")}
        | {f"generator/{each}" for each in ("conv_3_a", "noise_5", "conv_3_b", "noise_6", "to_image_3")},
        {"discriminator/from_image_1"},
    ),
}


@pytest.mark.parametrize("cls", OUTER)
def test_another_size_keeps_the_inner_stages(cls, tmp_path):
    model = small(cls, 16)
    path = model.save_to_preset(tmp_path / "mine", ABOUT)
    for side, channels, fresh in ((32, 4, OUTER[cls][0]), (8, 16, OUTER[cls][1])):
        options = {"start_size": side} if cls is StyleGAN and side == 8 else {}
        other = cls.from_preset(path, image_shape=(side, side, 3), **options)
        assert other.image_shape == (side, side, 3) and other.channels == channels
        assert set(other.fresh_layers) == fresh
        assert other.card.weights is None and other.card.metrics == {}
        assert other.decode(np.zeros((1, 3), "float32")).shape == (1, side, side, 3)
    other = cls.from_preset(path, image_shape=(32, 32, 3))
    layer, counterpart = {
        DCGAN: ("act_0", "act_1"),
        SNGAN: ("add_0", "add_1"),
        VAE: ("act_0", "act_1"),
        ProgressiveGAN: ("norm_2_b", "norm_2_b"),
        StyleGAN: ("style_5", "style_5"),
        StyleGAN2: ("act_style_4", "act_style_4"),
    }[cls]
    z = sample_codes(2, 3, 0)
    old, new = features(model.decoder_network, layer, z), features(other.decoder_network, counterpart, z)
    np.testing.assert_array_equal(old, new)  # what the new stage begins with
    assert old.shape[1] == (8 if cls in (DCGAN, VAE) else 16)


def test_translators_keep_all_at_any_size(tmp_path):
    path = CycleGAN((12, 12, 3), channels=2, blocks=1, receptive_field=16, pool_size=0).save_to_preset(tmp_path / "mine")
    assert CycleGAN.from_preset(path, image_shape=(24, 16, 3)).fresh_layers == ()


def test_other_arguments(preset):
    model = DCGAN.from_preset(preset, latent_dim=5, ada_target=0.6, freeze_discriminator=1)
    assert model.fresh_layers == ("generator/project",) and model.ada_target == 0.6 and model.sample(1).shape == (1, 16, 16, 3)
    untrained = DCGAN.from_preset(preset, load_weights=False, channels=2)
    assert untrained.channels == 2 and untrained.init is None and untrained.fresh_layers == ()
    assert DCGAN.from_preset(preset).init == "mine"
    half = DCGAN.from_preset(preset, dtype="mixed_bfloat16")
    assert half.fresh_layers == () and half.dtype_policy.name == "mixed_bfloat16"


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"channels": 4}, "must leave each network a layer .* Received: arguments by which the discriminator keeps none"),
        ({"image_shape": (16, 18, 3)}, "the longer side must be a multiple of that power"),
        ({"image_shape": 32}, "DCGAN.image_shape: must be array. Received: 32"),
        ({"laten_dim": 5}, 'DCGAN.laten_dim: unknown argument. Did you mean "latent_dim"'),
    ],
)
def test_refused_arguments(preset, arguments, message):
    with pytest.raises(ValueError, match=message):
        DCGAN.from_preset(preset, **arguments)


def test_the_card_of_a_fine_tuned_preset(preset, tmp_path):
    model = DCGAN.from_preset(preset, ada_target=0.6)
    assert model.card.metrics == {}
    untouched = presets.read_card(DCGAN.from_preset(preset).save_to_preset(tmp_path / "same"))
    assert untouched.training == TrainingSection(batch_size=8, epochs=3) and untouched.metrics == {}
    model.compile(**EAGER)
    model.fit(np.zeros((8, 16, 16, 3), "float32"), batch_size=4, verbose=0)
    card = presets.read_card(model.save_to_preset(tmp_path / "tuned"))
    assert card.training == TrainingSection(init="mine") and card.data is None and card.metrics == {}
    assert card.license.weights == "CC0-1.0" and card.description == "" and card.model.arguments["ada_target"] == 0.6
    told = {"data": {"source": "roses"}, "training": {"epochs": 5}, "metrics": {"fid": 2.0}}
    card = presets.read_card(model.save_to_preset(tmp_path / "told", told))
    assert card.training == TrainingSection(init="mine", epochs=5) and card.metrics == {"fid": 2.0}
    assert card.license.weights == "CC0-1.0" and card.data.source == "roses"
    again = GenerativeModel.from_preset(tmp_path / "tuned")
    assert again.init == "tuned" and again.card.training.init == "mine"


def test_metrics_belong_to_the_weights_of_their_card(preset, tmp_path):
    model = DCGAN.from_preset(preset)
    assert model.card.metrics == {"fid": 1.0}
    for name, card in (("none", None), ("record", model.card), ("dict", to_dict(model.card))):
        assert presets.read_card(presets.save(model, tmp_path / name, card)).metrics == {}
    grown = DCGAN.from_preset(preset, image_shape=(32, 32, 3))
    card = presets.read_card(grown.save_to_preset(tmp_path / "grown"))
    assert card.training == TrainingSection(init="mine") and card.data is None


def test_the_code_of_the_page_runs(tmp_path, monkeypatch):
    page = (Path(__file__).parents[2] / "docs" / "fine_tuning.md").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.S)
    names = {}
    monkeypatch.chdir(tmp_path)
    save_all(tmp_path / "photos" / "train", noise_images(8, 64, 64), "abcdefgh")
    exec(blocks[0].replace("batch_size=32", "batch_size=4").replace("epochs=50", "epochs=1"), names)
    card = presets.read_card(tmp_path / "photos_64" / "photos_64.json")
    assert card.training.init == "dcgan_portraits" and card.data.source == "photos"
    for block in blocks[1:]:
        exec(block, names)
        assert names["model"].image_shape == (128, 128, 3) and names["model"].fresh_layers

"""Cards and weights: what is refused, and that the zoo holds what its cards say."""

import json

import keras
import numpy as np
import pytest
from helpers import ANY_BACKEND
from tiny import TINY

import kerasgen
from kerasgen import presets
from kerasgen.files import sha256
from kerasgen.latent.codes import labels_in_turn
from kerasgen.models import VAE, Classifier
from kerasgen.models.latent_base import LatentSampler
from kerasgen.models.translation_base import BaseTranslator
from kerasgen.presets.store import build_model
from kerasgen.presets.weights import rounded
from kerasgen.training.optimizers import build_optimizers
from kerasgen.zoo_folder import zoo_folder

pytestmark = ANY_BACKEND  # every backend draws the presets in test_backends.py


@pytest.fixture
def preset(tmp_path):
    return TINY["vae"]().save_to_preset(tmp_path / "mine")


def edit(path, change):
    card = json.loads(path.read_text("utf-8"))
    change(card)
    path.write_text(json.dumps(card), "utf-8")


@pytest.mark.parametrize("name", kerasgen.list_presets(trained=True))
def test_every_preset_of_the_zoo_draws(name):
    model = kerasgen.load(name)
    card = model.card
    assert card.name == name
    assert all((card.description, card.data, card.training, card.metrics, card.paper, card.license.data, card.weights))
    if isinstance(model, BaseTranslator):
        sources = np.linspace(0.0, 1.0, 2 * np.prod(model.source_shape), dtype="float32").reshape(2, *model.source_shape)
        assert [model.translate(sources, direction).shape for direction in model.directions] == (
            [(2, *model.image_shape)] * len(model.directions)
        )
        return
    if isinstance(model, Classifier):
        assert model.classify(np.zeros((1, *model.image_shape), "float32")).shape == (1, model.num_classes)
        return
    assert (zoo_folder() / f"{name}.png").is_file()
    images = model.decode(
        np.random.default_rng(0).standard_normal((8, model.latent_dim), dtype="float32"),
        labels=labels_in_turn(8, model.num_classes),
    )
    assert images.shape == (8, *model.image_shape)
    if isinstance(model, LatentSampler):  # an autoencoder's codes lie elsewhere
        assert images.std(axis=0).mean() > 0.05  # varied


@pytest.mark.parametrize("name", kerasgen.list_presets())
def test_every_recipe_of_the_zoo_builds(name):
    card = presets.read_card(presets.find_card(name))
    assert card.name == name
    assert all((card.description, card.data, card.training, card.paper, card.license.data))
    model = build_model(card)
    model.compile(**build_optimizers(card.training))
    assert bool(card.metrics) == (card.weights is not None)


def test_fewer_bits_make_a_smaller_file_and_nearly_the_same_pictures(tmp_path):
    model = TINY["dcgan"]()
    whole, short = (
        presets.save(model, tmp_path / name, bits=bits)
        for name, bits in (("whole", None), ("short", {"generator": 11, "discriminator": 5}))
    )
    sizes = [presets.read_card(path).weights.bytes for path in (whole, short)]
    assert sizes[1] < 0.9 * sizes[0]
    np.testing.assert_array_equal(presets.load(whole).sample(4, seed=0), model.sample(4, seed=0))
    np.testing.assert_allclose(presets.load(short).sample(4, seed=0), model.sample(4, seed=0), atol=2e-3)
    with pytest.raises(ValueError, match="must name networks of the model. Received: critic"):
        presets.save(model, tmp_path / "other", bits={"critic": 5})
    values = np.float32([0.0, 1.0, -1.0 / 3.0, 1e-30, 12345.678])
    np.testing.assert_array_equal(rounded(values, 24), values)
    np.testing.assert_array_equal(rounded(values, 11), [0.0, 1.0, np.float16(-1.0 / 3.0), rounded(values[3:4], 11)[0], 12344.0])
    np.testing.assert_allclose(rounded(values, 11), values, rtol=2.0**-11)


def test_unknown_preset():
    with pytest.raises(
        ValueError, match="Unknown preset, and no card or folder. Received: 'dcgan_portrait'. Did you mean 'dcgan_portraits'"
    ):
        kerasgen.load("dcgan_portrait")


def test_truncated_weights(preset):
    weights = preset.with_name("mine.weights.h5")
    weights.write_bytes(weights.read_bytes()[:-10])
    with pytest.raises(ValueError, match="truncated.*Received"):
        kerasgen.load(preset)


def test_altered_weights(preset):
    weights = preset.with_name("mine.weights.h5")
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ValueError, match="sha256.*altered"):
        kerasgen.load(preset)


def test_missing_weights(preset):
    preset.with_name("mine.weights.h5").unlink()
    with pytest.raises(ValueError, match="beside their card.* package kerasgen-zoo. Received: no file"):
        kerasgen.load(preset)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda card: card["model"].update({"class": "DCGANN"}), "Unknown model class.*'DCGANN'. Did you mean 'DCGAN'"),
        (
            lambda card: card["model"]["arguments"].update(laten_dim=3),
            'VAE.laten_dim: unknown argument. Did you mean "latent_dim"[?] Received: 3',
        ),
        (lambda card: card.update(metric={}), 'mine.json: metric: unknown key. Did you mean "metrics"[?] Received: {}'),
        (lambda card: card.pop("weights"), "a recipe without"),
        (lambda card: card["model"]["arguments"].pop("image_shape"), "VAE.image_shape: required argument"),
        (
            lambda card: card["model"]["arguments"].update(likelihood="poisson"),
            'VAE.likelihood: must be one of "bernoulli", "gaussian". Received: "poisson"',
        ),
        (
            lambda card: card["model"]["arguments"].update(activation="tanh"),
            'VAE.activation: must be one of "leaky_relu", "relu". Received: "tanh"',
        ),
    ],
)
def test_faulty_cards(preset, change, message):
    edit(preset, change)
    with pytest.raises(ValueError, match=message):
        kerasgen.load(preset)


def test_card_that_is_no_json(tmp_path):
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(ValueError, match="readable JSON"):
        kerasgen.load(tmp_path / "bad.json")


def test_saving_into_no_folder(tmp_path):
    with pytest.raises(ValueError, match="existing folder"):
        TINY["vae"]().save_to_preset(tmp_path / "none" / "mine")


def test_path_may_leave_out_the_ending(preset):
    loaded = kerasgen.load(str(preset)[:-5])
    np.testing.assert_array_equal(loaded.sample(1, seed=0), kerasgen.load(preset).sample(1, seed=0))


def test_a_preset_is_found_by_its_folder(preset):
    assert preset.name == "mine.json" and preset.parent.name == "mine"
    np.testing.assert_array_equal(kerasgen.load(preset.parent).sample(1, seed=0), kerasgen.load(preset).sample(1, seed=0))


def test_a_preset_is_saved_with_what_is_told_and_replaces_none(tmp_path):
    model = TINY["vae"]()
    path = model.save_to_preset(tmp_path / "mine", {"license": {"weights": "CC0-1.0"}, "metrics": {"fid": 1.0}})
    loaded = kerasgen.load(path)
    assert loaded.card.license.weights == "CC0-1.0" and loaded.card.metrics == {"fid": 1.0}
    with pytest.raises(ValueError, match="does not replace files unless overwrite=True. Received: .*mine.json"):
        loaded.save_to_preset(tmp_path / "mine")
    again = kerasgen.load(loaded.save_to_preset(tmp_path / "other"))  # other weights, so that the metrics are none of its own
    assert again.card.license.weights == "CC0-1.0" and again.card.metrics == {}
    before = path.read_bytes()
    with pytest.raises(ValueError, match='licence: unknown key. Did you mean "license"'):
        model.save_to_preset(tmp_path / "mine", {"licence": {}}, overwrite=True)
    assert path.read_bytes() == before


@keras.saving.register_keras_serializable("kerasgen_tests")
class Mine(VAE):
    beta: float = 2.0


def test_a_registered_class_of_a_user_is_saved_and_loaded(tmp_path):
    path = Mine((6, 5, 1), latent_dim=2, network="dense").save_to_preset(tmp_path / "mine")
    assert presets.read_card(path).model.class_ == "kerasgen_tests>Mine"
    loaded = kerasgen.load(path)
    assert type(loaded) is Mine and loaded.beta == 2.0


def test_a_class_that_is_not_registered_is_not_saved(tmp_path):
    class Unknown(VAE):
        pass

    with pytest.raises(ValueError, match="must be registered.* Received: Unknown"):
        Unknown((6, 5, 1), latent_dim=2, network="dense").save_to_preset(tmp_path / "mine")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_overwrite_leaves_the_preset(preset, monkeypatch):
    before = {file.name: file.read_bytes() for file in preset.parent.iterdir()}

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("kerasgen.presets.store.write_card", interrupt)
    with pytest.raises(KeyboardInterrupt):
        TINY["vae"]().save_to_preset(preset.parent, overwrite=True)
    assert {file.name: file.read_bytes() for file in preset.parent.iterdir()} == before


def test_weights_that_are_no_weights(preset):
    weights = preset.with_name("mine.weights.h5")
    weights.write_bytes(b"no HDF5")
    edit(preset, lambda card: card["weights"].update(bytes=7, sha256=sha256(weights)))
    with pytest.raises(ValueError, match="must be HDF5 with plain arrays .*Received: .*mine.weights.h5"):
        kerasgen.load(preset)


def test_what_json_lacks_is_refused_before_anything_is_written(tmp_path):
    for metrics, message in (({"fid": float("nan")}, "metrics.fid: must be a finite number"), ({"a": object()}, "must hold")):
        with pytest.raises(ValueError, match=message):
            TINY["vae"]().save_to_preset(tmp_path / "mine", {"metrics": metrics})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["x" * 5000, "card.schema", ""])
def test_names_of_no_preset(name):
    with pytest.raises(ValueError, match="Unknown preset, and (no card or folder|a folder without one). Received"):
        kerasgen.load(name)


def test_a_folder_without_a_preset_is_told_as_such(tmp_path):
    with pytest.raises(ValueError, match=f"Unknown preset, and a folder without one. Received: '{tmp_path}'"):
        presets.find_card(tmp_path)


def test_a_preset_in_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert TINY["vae"]().save_to_preset("~/mine") == tmp_path / "mine" / "mine.json"
    assert kerasgen.load("~/mine").card.name == "mine"

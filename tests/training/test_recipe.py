"""From what a user asks for to a card."""

import json

import numpy as np
import pytest
from helpers import ANY_BACKEND, numbered, save

from kerasgen.data.survey import Survey
from kerasgen.presets.card import Card
from kerasgen.presets.data import load_data
from kerasgen.records import convert, to_dict
from kerasgen.training.auto import choose_model, choose_side
from kerasgen.training.recipe import Request, resolve
from kerasgen.training.schedules import fit_schedules, schedule_steps

pytestmark = ANY_BACKEND


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for index in range(40):
        save(tmp_path / "pets" / "ab"[index % 2] / f"{index}.png", rng.integers(256, size=(40, 44, 3), dtype="uint8"))
    return str(tmp_path / "pets")


def test_a_class_on_a_folder_takes_its_presets_recipe(folder):
    card = resolve(Request(model="DCGAN", data=folder, image_size=64)).card
    assert card.name == "dcgan_pets"
    assert (card.model.class_, card.model.arguments["image_shape"], card.model.arguments["latent_dim"]) == (
        "DCGAN",
        [64, 64, 3],
        128,
    )
    assert to_dict(card.data) == {
        "source": folder,
        "held_out_fraction": 0.1,
        "image_size": 64,
        "channels": 3,
        "mirror": True,
    }
    assert (card.training.batch_size, card.training.epochs) == (36, 1000)  # all that are not held out, and the most epochs
    assert convert(json.loads(json.dumps(to_dict(card))), Card) == card


def test_settings_are_typed_and_go_before_defaults(folder):
    settings = ("training.batch_size=9", "model.channels=4", "data.mirror=false", "name=mine", "model.arguments.latent_dim=5")
    card = resolve(Request(model="DCGAN", data=folder, settings=settings, epochs=7)).card
    assert (card.name, card.data.mirror, card.training.batch_size, card.training.epochs) == ("mine", False, 9, 7)
    assert (card.model.arguments["channels"], card.model.arguments["latent_dim"]) == (4, 5)
    card = resolve(Request(model="InfoVAE", data=folder, settings=["training.optimizers.vae.config.learning_rate=1e-4"])).card
    assert card.training.optimizers["vae"]["class_name"] == "Adam"
    assert card.training.optimizers["vae"]["config"]["learning_rate"] == 1e-4


@pytest.mark.parametrize(
    "setting, message",
    [
        ("training.batch_sise=64", 'training.batch_sise: unknown key. Did you mean "batch_size"? Received: 64'),
        ("trainng.batch_size=64", 'trainng: unknown key. Did you mean "training"?'),
        ("model.chanels=4", 'model.chanels: unknown argument. Did you mean "channels"? Received: 4'),
        ("model.channels=many", 'model.channels: must be int. Received: "many"'),
        ("training.epochs=0", "training.epochs: must be int >= 1. Received: 0"),
        (f"model.a={'[' * 100_000}", "must not be nested that deep. Received: 'model.a=[["),
        ("batch_size", "must have the form section.key=value. Received: 'batch_size'"),
        ("data.train=trian", "Unknown split. Received: 'trian'. Did you mean 'train'"),
    ],
)
def test_wrong_settings_name_the_nearest_right_ones(folder, setting, message):
    with pytest.raises(ValueError) as error:
        resolve(Request(model="DCGAN", data=folder, settings=[setting]))
    assert message in str(error.value)


def test_a_preset_on_a_folder_keeps_its_recipe(folder):
    card = resolve(Request(base="stylegan_portraits", data=folder, image_size=32, epochs=10)).card
    assert (card.name, card.model.class_, card.model.arguments["image_shape"]) == (
        "stylegan_portraits_pets",
        "StyleGAN",
        [32, 32, 3],
    )
    assert card.training.keep_best is None and card.evaluation.extractor is None  # chosen for faces
    rate = card.training.optimizers["generator"]["config"]["learning_rate"]["config"]
    assert rate["points"] == [[0, 0.008], [3, 0.008], [10, 0.0]]  # a step an epoch
    with pytest.raises(ValueError, match="its own model: give it, or --model. Received: vae_portraits and --model VAE"):
        resolve(Request(base="vae_portraits", model="VAE", data=folder))
    plain = resolve(Request(base="dcgan_portraits", settings=["training.epochs=3"])).card
    assert (plain.data.source, plain.training.epochs, plain.training.jit_compile) == ("portraits", 3, True)
    smaller = resolve(Request(base="dcgan_portraits", image_size=32)).card
    assert (smaller.data.image_size, smaller.model.arguments["image_shape"]) == (32, [32, 32, 3])
    with pytest.raises(ValueError, match="needs a preset or card, or --data with --model. Received: neither"):
        resolve(Request())


def test_images_that_are_not_square(folder):
    card = resolve(Request(model="VAE", data=folder, image_size=(24, 32))).card
    assert (card.model.arguments["image_shape"], to_dict(card.data)["image_size"]) == ([24, 32, 3], [24, 32])
    assert load_data(card, "held_out").image_shape == (24, 32, 3)
    assert resolve(Request(model="VAE", data=folder, settings=["data.image_size=[24,32]"])).card == card
    card = resolve(Request(init="stylegan_portraits", data=folder, image_size=(96, 128))).card
    assert (card.model.arguments["image_shape"], card.model.arguments["start_size"]) == ([96, 128, 3], 96)
    pairs = resolve(Request(base="pix2pix_edges_to_portraits", data=folder, image_size=(48, 64))).card
    assert load_data(pairs, "train").image_shapes == ((48, 64, 1), (48, 64, 3))
    with pytest.raises(ValueError, match=r"data.image_size: must be array of length <= 2. Received: \[8,8,3\]"):
        resolve(Request(model="VAE", data=folder, settings=["data.image_size=[8,8,3]"]))


def test_fine_tuning_takes_the_model_of_its_preset(folder):
    card = resolve(Request(init="stylegan_portraits", data=folder, image_size=128)).card
    arguments = card.model.arguments
    assert (card.training.init, card.model.class_, arguments["ada_target"]) == ("stylegan_portraits", "StyleGAN", 0.6)
    assert (arguments["image_shape"], arguments["start_size"], arguments["channels"]) == ([128, 128, 3], 64, 8)
    settings = ["model.ada_target=null", "model.channels=16"]
    card = resolve(Request(init="dcgan_portraits", data=folder, image_size=32, settings=settings)).card
    assert (card.model.arguments["ada_target"], card.model.arguments["channels"]) == (None, 16)
    with pytest.raises(ValueError, match="Unknown preset, and no card or folder. Received: 'dcgan_portrait'. Did you mean"):
        resolve(Request(init="dcgan_portrait", data=folder))


FAULTS = {
    "model: [": "a readable YAML file",
    "model: &a {class: *a}": "a readable YAML file. Received: .*mine.yaml",
    f"model: {'[' * 5000}": "a readable YAML file. Received: .*mine.yaml",
    "- x": "must have sections",
}


def test_a_recipe_in_yaml(folder, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        f"model:\n  class: VAE\n  latent_dim: 5\ndata:\n  source: {folder}\n  image_size: 28\ntraining:\n  epochs: 3\n"
    )
    card = resolve(Request(base=str(path), settings=["training.seed=4"])).card
    assert (card.name, card.model.class_, card.model.arguments["latent_dim"]) == ("mine", "VAE", 5)
    assert (card.model.arguments["image_shape"], card.training.epochs, card.training.seed) == ([28, 28, 3], 3, 4)
    for content, message in FAULTS.items():
        path.write_text(content)
        with pytest.raises(ValueError, match=message):
            resolve(Request(base=str(path)))
    with pytest.raises(FileNotFoundError, match="A recipe must exist"):
        resolve(Request(base=str(tmp_path / "none.yaml")))


def test_labels_splits_and_domains_are_found(folder, tmp_path):
    card = resolve(Request(model="ConditionalGAN", data=folder)).card
    assert (card.data.labels, card.model.arguments["num_classes"]) == (True, 2)
    card = resolve(Request(model="CycleGAN", data=folder)).card
    assert (card.data.domains, card.data.label) == (("a", "b"), "label")
    for name in ("trainA", "trainB", "testA", "testB"):
        for index in range(4):
            save(tmp_path / "ab" / name / f"{index}.png", numbered(30, 16)[index, ..., 0])
    card = resolve(Request(model="CycleGAN", data=str(tmp_path / "ab"))).card
    assert (card.data.domains, card.data.held_out, card.model.arguments["image_shape"]) == (("A", "B"), "test", [16, 16, 1])
    with pytest.raises(ValueError, match="must have a split train. Received: trainA"):
        resolve(Request(model="DCGAN", data=str(tmp_path / "ab")))
    save(tmp_path / "one" / "x" / "a.png", np.zeros((8, 8), "uint8"))
    for index in range(9):
        save(tmp_path / "one" / "y" / f"{index}.png", np.full((8, 8), index, "uint8"))
    with pytest.raises(ValueError, match=r"Every class needs two images at least. Received: one in x \(1\)"):
        resolve(Request(model="Classifier", data=str(tmp_path / "one")))
    pairs = resolve(Request(model="Pix2Pix", data=folder, settings=["data.pairs=left_to_right"])).card
    assert (pairs.data.pairs, pairs.model.arguments["source_channels"]) == ("left_to_right", 3)
    assert resolve(Request(model="Pix2Pix", data=folder)).card.model.arguments["source_channels"] == 1


def found(count, side=64, classes=None):
    return Survey({"train": count}, (side,) * 3, (side,) * 3, side, 3, classes or {})


@pytest.mark.parametrize(
    "data, side, name",
    [
        (found(100), 64, "VAE"),
        (found(5000), 64, "R3GAN"),
        (found(5000, classes={"a": 2500, "b": 2500}), 64, "ConditionalGAN"),
        (found(5000, classes={"a": 4990, "b": 10}), 64, "R3GAN"),
        (found(5000), 256, "StyleGAN"),
    ],
)
def test_auto_chooses_by_number_size_and_labels(data, side, name):
    chosen, why = choose_model(data, side)
    assert chosen == name and any(word in why for word in ("images", "classes"))


def test_the_side_follows_the_images():
    assert [choose_side(found(1, side)) for side in (3, 9, 28, 31, 40, 64, 3000)] == [8, 8, 28, 28, 32, 64, 64]


def test_schedules_are_stretched_to_the_run():
    rate = {"class_name": "CosineDecay", "config": {"initial_learning_rate": 1e-3, "decay_steps": 100}}
    optimizers = {"vae": {"class_name": "Adam", "config": {"learning_rate": rate}}}
    assert schedule_steps(optimizers) == 100
    stretched = fit_schedules(optimizers, 2.5)
    assert schedule_steps(stretched) == 250 and schedule_steps(optimizers) == 100
    assert schedule_steps({"vae": {"class_name": "Adam", "config": {"learning_rate": 0.1}}}) == 0

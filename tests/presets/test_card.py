"""Cards as typed records: what is refused, and the schema that editors complete them by."""

import importlib.util
import json
from pathlib import Path

import pytest
from helpers import ANY_BACKEND

from kerasgen import models
from kerasgen.presets import Card, find_card, list_presets, read_card, write_card
from kerasgen.presets.schema import card_schema
from kerasgen.records import convert, to_dict
from kerasgen.zoo_folder import zoo_folder

pytestmark = ANY_BACKEND

PLAIN = {
    "name": "mine",
    "model": {"class": "VAE", "arguments": {"image_shape": [28, 28, 1]}},
    "data": {"source": "portraits", "mirror": True},
    "training": {"batch_size": 8, "epochs": 2},
}


def changed(path, value):
    card = json.loads(json.dumps(PLAIN))
    section = card
    *keys, last = path.split(".")
    for key in keys:
        section = section.setdefault(key, {})
    section[last] = value
    return card


WEIGHTS_RULE = "weights.file: must be a plain file name that ends with .weights.h5"
NO_NAMES = (
    "../mine",
    "/mine",
    "a/b",
    "a\\b",
    "C:mine",
    "..",
    "",
    ".mine",
    "-mine",
    "mine.",
    "mine ",
    "a\0b",
    "a\n",
    "NUL",
    "com1.x",
)


@pytest.mark.parametrize(
    "path, value, message",
    [
        ("data.mirorr", True, 'data.mirorr: unknown key. Did you mean "mirror"[?] Received: true'),
        ("data.mirror", "yes", 'data.mirror: must be bool. Received: "yes"'),
        ("data.channels", 4, "data.channels: must be one of 1, 3. Received: 4"),
        ("data.domains", ["a"], 'data.domains: must be array of length 2. Received: ."a".'),
        ("trainin", {}, 'trainin: unknown key. Did you mean "training"[?] Received: {}'),
        ("training.batch_size", 0, "training.batch_size: must be int >= 1. Received: 0"),
        ("training.epochs", 1.5, "training.epochs: must be int. Received: 1.5"),
        ("training.dtype", "float16", 'must be one of "auto", "float32", "mixed_bfloat16". Received: "float16"'),
        ("training.keep_best", {"every": 1}, "training.keep_best.extractor: required key. Received: none"),
        ("training.keep_best", {"extractor": "faces", "ever": 1}, 'training.keep_best.ever: unknown key. Did you mean "every"'),
        ("weights", {"file": "a.weights.h5", "sha256": "x", "bytes": 1}, "weights.sha256: must be 64 hexadecimal digits"),
        ("weights", {"file": "../a.weights.h5", "sha256": "x", "bytes": 1}, WEIGHTS_RULE),
        ("weights", {"file": "a.keras", "sha256": "x", "bytes": 1}, WEIGHTS_RULE),
        ("training.batch_size", 2**63, "training.batch_size: must be int <= 2147483647. Received: 9223372036854775808"),
        ("training.optimizers", {"g": {"lr": float("inf")}}, "training.optimizers.g.lr: must be a finite number. Rec.*: inf"),
        ("model.arguments.beta", float("nan"), "model.arguments.beta: must be a finite number. Received: nan"),
        ("data.background", [0, 0, 256], r"data.background.2.: must be int <= 255. Received: 256"),
        ("training.seed", -1, "training.seed: must be int >= 0. Received: -1"),
        ("model.class", "", "model.class: must be str of length >= 1. Received"),
    ],
)
def test_what_a_card_must_not_say(path, value, message):
    with pytest.raises(ValueError, match=message):
        convert(changed(path, value), Card)


@pytest.mark.parametrize("name", [*NO_NAMES, "a" * 201])
def test_a_name_is_no_path(name):
    with pytest.raises(ValueError, match="name: must be a plain file name"):
        convert(changed("name", name), Card)
    file = f"{name}.weights.h5" if name not in ("", "mine.", "mine ") else f"/{name}.weights.h5"
    with pytest.raises(ValueError, match="weights.file: must be a plain file name"):
        convert(changed("weights", {"file": file, "sha256": "0" * 64, "bytes": 1}), Card)


@pytest.mark.parametrize("name", ["vae_portraits", "a.b", "Bild 1", "портрет", "nul_vae"])
def test_names(name):
    assert convert(changed("name", name), Card).name == name


def test_the_file_is_named(tmp_path):
    (tmp_path / "mine.json").write_text(json.dumps(changed("data.mirorr", True)))
    with pytest.raises(ValueError, match="mine.json: data.mirorr: unknown key"):
        read_card(tmp_path / "mine.json")
    (tmp_path / "list.json").write_text("[]")
    with pytest.raises(ValueError, match="A card must be a JSON object. Received"):
        read_card(tmp_path / "list.json")


def test_a_card_is_written_as_it_was_read(tmp_path):
    card = convert(PLAIN, Card)
    write_card(tmp_path / "mine.json", card)
    assert read_card(tmp_path / "mine.json") == card
    assert to_dict(card) == PLAIN
    assert [file.name for file in tmp_path.iterdir()] == ["mine.json"]


def test_cards_are_frozen():
    with pytest.raises(AttributeError):
        convert(PLAIN, Card).data.mirror = False


@pytest.mark.parametrize("name", list_presets())
def test_cards_of_the_zoo_name_their_schema(name):
    assert json.loads(find_card(name).read_text("utf-8"))["$schema"] == "card.schema.json"


def test_the_schema_is_fresh_and_knows_every_argument():
    schema = json.loads((zoo_folder() / "card.schema.json").read_text("utf-8"))
    made = card_schema(getattr(models, name) for name in models.__all__)
    assert schema == json.loads(json.dumps(made)), "run scripts/write_card_schema.py"
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["VAE"]["properties"]["beta"] == {"type": "number", "minimum": 0, "default": 1.0}
    assert set(schema["$defs"]["StyleGAN"]["properties"]) == set(models.StyleGAN.arguments())


@pytest.mark.skipif(importlib.util.find_spec("jsonschema") is None, reason="jsonschema is not installed")
@pytest.mark.parametrize("name", list_presets())
def test_cards_of_the_zoo_keep_to_their_schema(name):
    from jsonschema import Draft202012Validator

    schema = json.loads(Path(zoo_folder() / "card.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(json.loads(find_card(name).read_text("utf-8")))

"""A card: configuration, recipe and results of a preset in one JSON file."""

from __future__ import annotations

import json
from pathlib import Path

from kerasgen.errors import unknown_name

SECTIONS = {"name", "description", "model", "data", "training", "evaluation", "metrics", "paper", "licence", "limits",
            "weights"}


def read_card(path: str | Path) -> dict:
    """Reads a card and checks its form.

    Raises ValueError for a file that is no JSON, lacks a section or names one that cards do not have, an unknown class,
    or an argument that the class does not take.
    """
    path = Path(path)
    try:
        card = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"A card must be a readable JSON file. Received: {path} ({error}).") from None
    if not isinstance(card, dict) or "model" not in card:
        raise ValueError(f"A card must be a JSON object with a section 'model'. Received: {path}.")
    for section in card:
        if section not in SECTIONS:
            raise unknown_name("section of a card", section, SECTIONS)
    return card


def build_model(card: dict, **overrides):
    """Builds the untrained model of a card; `overrides` replace single arguments.

    Raises ValueError for an unknown class or argument.
    """
    from kerasgen import models

    name = card["model"].get("class")
    if name not in models.__all__:
        raise unknown_name("model class in the card", name, models.__all__)
    cls = getattr(models, name)
    arguments = {**card["model"].get("arguments", {}), **overrides}
    known = cls.arguments()
    for argument in arguments:
        if argument not in (*known, "dtype", "name"):
            raise unknown_name(f"argument of {name} in the card", argument, known)
    if "image_shape" not in arguments:
        raise ValueError(f"The card's arguments of {name} must name image_shape. Received: {sorted(arguments)}.")
    return cls(**arguments)


def load_data(card: dict, split: str, **changes):
    """Gives the card's data as batches; `split` is the card's key, "train" or "held_out".

    `ImageBatches`; `PairedBatches` where the section "data" names "pairs", `UnpairedBatches` where it names "domains".
    """
    from kerasgen import data

    recipe, training = card["data"], card.get("training", {})
    options = {"image_size": recipe.get("image_size"), "channels": recipe.get("channels"),
               "batch_size": training.get("batch_size", 64), "seed": training.get("seed", 0)}
    if split == "train":
        options["mirror"] = recipe.get("mirror", False)
    if "pairs" in recipe:
        options |= {"jitter": recipe.get("jitter", 0), "where": recipe.get("where")}
        return data.load_pairs(recipe["source"], recipe["pairs"], recipe[split], **{**options, **changes})
    if "domains" in recipe:
        options |= {"label": recipe.get("label")}
        return data.load_unpaired(recipe["source"], recipe["domains"], recipe[split], **{**options, **changes})
    options |= {"binarise": recipe.get("binarise", False), "labels": recipe.get("labels")}
    return data.load(recipe["source"], recipe[split], **{**options, **changes})

"""The data that a card names."""

from __future__ import annotations


def load_data(card: dict, split: str, **changes):
    """Gives the card's data as batches; `split` is the card's key, "train" or "held_out".

    `ImageBatches`; `PairedBatches` where the section "data" names "pairs", `UnpairedBatches` where it names "domains".
    """
    from kerasgen import data

    recipe, training = card["data"], card.get("training", {})
    options = {
        "image_size": recipe.get("image_size"),
        "channels": recipe.get("channels"),
        "batch_size": training.get("batch_size", 64),
        "seed": training.get("seed", 0),
    }
    if split == "train":
        options["mirror"] = recipe.get("mirror", False)
    if "pairs" in recipe:
        options |= {"jitter": recipe.get("jitter", 0), "where": recipe.get("where")}
        return data.load_pairs(recipe["source"], recipe["pairs"], recipe[split], **{**options, **changes})
    if "domains" in recipe:
        options |= {"label": recipe.get("label")}
        return data.load_unpaired(recipe["source"], recipe["domains"], recipe[split], **{**options, **changes})
    options |= {"binarize": recipe.get("binarize", False), "labels": recipe.get("labels")}
    return data.load(recipe["source"], recipe[split], **{**options, **changes})

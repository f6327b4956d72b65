"""The data that a card names."""

from __future__ import annotations

from typing import Literal

import numpy as np

from kerasgen import data
from kerasgen.presets.card import Card, DataSection, TrainingSection


def load_data(
    card: Card,
    split: Literal["train", "held_out"],
    *,
    mirror: bool | None = None,
    labels: bool | str | None = None,
    shuffle: bool | None = None,
    drop_remainder: bool | None = None,
) -> data.Dataset:
    """Gives the card's data as batches: pairs where its section "data" names `pairs`, two kinds where it names `domains`.

    Args:
        card: what to load.
        split: the key of the split in the card.
        mirror: whether images are mirrored at random; None as the card says, for training alone.
        labels: as `kerasgen.data.load` takes them; None as the card says.
        shuffle: as `kerasgen.data.load` takes it.
        drop_remainder: as `kerasgen.data.load` takes it.

    Raises ValueError for a card without the section "data", and as the loaders do.
    """
    recipe = data_of(card)
    if mirror is None:
        mirror = recipe.mirror and split == "train"
    if not recipe.held_out_fraction:
        name = recipe.train if split == "train" else recipe.held_out
        return load_split(card, name, mirror=mirror, labels=labels, shuffle=shuffle, drop_remainder=drop_remainder)
    shuffle = split == "train" if shuffle is None else shuffle
    whole = load_split(card, recipe.train, mirror=mirror, labels=labels, shuffle=shuffle, drop_remainder=drop_remainder)
    return whole.split(1.0 - recipe.held_out_fraction)[0 if split == "train" else 1]


def load_split(
    card: Card,
    split: str,
    *,
    mirror: bool = False,
    labels: bool | str | None = None,
    shuffle: bool | None = None,
    drop_remainder: bool | None = None,
) -> data.Dataset:
    """Gives any split of the card's data, by the name that the data gives it; see `load_data`."""
    recipe, training = data_of(card), card.training or TrainingSection()
    if recipe.pairs is not None:
        return data.load_pairs(
            recipe.source,
            recipe.pairs,
            split,
            recipe.size,
            training.batch_size,
            channels=recipe.channels,
            jitter=recipe.jitter,
            where=recipe.where,
            mirror=mirror,
            shuffle=shuffle,
            seed=training.seed,
            drop_remainder=drop_remainder,
            skip_corrupt=recipe.skip_corrupt,
            background=recipe.background,
        )
    if recipe.domains is not None:
        return data.load_unpaired(
            recipe.source,
            recipe.domains,
            split,
            recipe.size,
            training.batch_size,
            label=recipe.label,
            channels=recipe.channels,
            mirror=mirror,
            shuffle=shuffle,
            seed=training.seed,
            skip_corrupt=recipe.skip_corrupt,
            background=recipe.background,
        )
    return data.load(
        recipe.source,
        split,
        recipe.size,
        training.batch_size,
        channels=recipe.channels,
        mirror=mirror,
        shuffle=shuffle,
        seed=training.seed,
        binarize=recipe.binarize,
        labels=recipe.labels if labels is None else labels,
        drop_remainder=drop_remainder,
        skip_corrupt=recipe.skip_corrupt,
        background=recipe.background,
    )


def load_images(card: Card, split: Literal["train", "held_out"]) -> np.ndarray:
    """Gives all images of a split in the source's order, (n, height, width, channels) float32; raises as `load_data`.

    Raises ValueError for a card whose data are pairs of images.
    """
    images = load_data(card, split, mirror=False, shuffle=False, drop_remainder=False).images()
    if isinstance(images, tuple):
        raise ValueError(f"This needs a preset of single images. Received: {card.name}, whose data are pairs.")
    return images


def data_of(card: Card) -> DataSection:
    """Gives a card's section "data"; raises ValueError for a card without."""
    if card.data is None:
        raise ValueError(f"The card must name its data, in a section 'data'. Received: {card.name} without.")
    return card.data


def training_of(card: Card) -> TrainingSection:
    """Gives a card's section "training"; raises ValueError for a card without."""
    if card.training is None:
        raise ValueError(f"The card must say how it is trained, in a section 'training'. Received: {card.name} without.")
    return card.training

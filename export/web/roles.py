"""What a preset does in the page, by its card, before any model is loaded."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from kerasgen.base.model import GenerativeModel
from kerasgen.models.latent_base import LatentSampler
from kerasgen.models.style_base import BaseStyleGAN
from kerasgen.models.translation_base import BaseTranslator
from kerasgen.models.vae_base import BaseVAE
from kerasgen.presets import Card, check_weights, find_card, read_card
from kerasgen.presets.store import find_class

SHAPE = [64, 64, 3]  # of the portraits
RULE = (
    "The page takes presets that were trained on the portraits at 64 x 64: models that generate faces without being told a "
    "class, and translators of drawings (edges)."
)
Kind: TypeAlias = Literal["generator", "vae", "style", "translator"]


@dataclasses.dataclass(frozen=True)
class Role:
    """A preset and its part: "generator", "vae", "style" (all in the quiz, the last two explored) or "translator"."""

    path: Path
    card: Card
    kind: Kind

    @property
    def name(self) -> str:
        """The card's."""
        return self.card.name


def find_roles(presets: Sequence[str | Path]) -> list[Role]:
    """Gives each preset its role.

    Raises ValueError for no preset, one given twice, one without weights or with altered ones, one of other images or of a
    kind that the page has no part for, and for two translators.
    """
    if not presets:
        raise ValueError("A page needs a preset at least. Received: none.")
    roles = [_role(find_card(preset)) for preset in presets]
    names = [role.name for role in roles]
    if len(set(names)) < len(names):
        raise ValueError(f"A page takes every preset once. Received: {', '.join(names)}.")
    translators = [role.name for role in roles if role.kind == "translator"]
    if len(translators) > 1:
        raise ValueError(f"A page takes one translator. Received: {', '.join(translators)}.")
    return roles


def _role(path: Path) -> Role:
    card = read_card(path)
    check_weights(path, card)
    kind, shape = _kind(card), card.model.arguments.get("image_shape")
    source = card.data and card.data.source
    if kind is None or source != "portraits" or shape != SHAPE:
        raise ValueError(f"{RULE} Received: {card.name}, a {card.model.class_} of {source!r}, {shape}.")
    return Role(path, card, kind)


def _kind(card: Card) -> Kind | None:
    cls = find_class(card.model.class_)
    if issubclass(cls, BaseTranslator):
        return "translator" if card.data and card.data.pairs == "edges" else None
    if issubclass(cls, BaseStyleGAN):
        return None if card.model.arguments.get("num_classes") else "style"
    if issubclass(cls, BaseVAE):
        return "vae"
    generates = issubclass(cls, LatentSampler) and issubclass(cls, GenerativeModel) and not cls.requires_labels
    return "generator" if generates else None

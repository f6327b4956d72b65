"""What a preset does in the page, told from its card before any model is loaded."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from kerasgen import models
from kerasgen.models.vae_base import BaseVAE
from kerasgen.presets.card import check_weights, find_card, read_card

SHAPE = [64, 64, 3]  # of the portraits
RULE = (
    "The page takes presets that were trained on the portraits at 64 x 64: models that draw faces without being told a "
    "class, and translators of drawings (edges)."
)


@dataclasses.dataclass(frozen=True)
class Role:
    """A preset and its part: "generator", "vae", "style" (all in the quiz, the last two explored) or "translator"."""

    path: Path
    card: dict
    kind: str

    @property
    def name(self) -> str:
        """The card's."""
        return self.card["name"]


def find_roles(presets: Sequence[str | Path]) -> list[Role]:
    """Gives each preset its role.

    Raises ValueError for no preset, one given twice, one without weights or with altered ones, one of other pictures or of a
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
        raise ValueError(f"A page draws with one translator. Received: {', '.join(translators)}.")
    return roles


def _role(path: Path) -> Role:
    card = read_card(path)
    card.setdefault("name", path.stem)
    check_weights(path, card)
    about, data = card["model"], card.get("data", {})
    kind = _kind(getattr(models, about.get("class") or "", None), data)
    if kind is None or data.get("source") != "portraits" or about["arguments"].get("image_shape") != SHAPE:
        raise ValueError(
            f"{RULE} Received: {card['name']}, a {about.get('class')} of {data.get('source')!r}, "
            f"{about['arguments'].get('image_shape')}."
        )
    return Role(path, card, kind)


def _kind(cls, data: dict) -> str | None:
    if hasattr(cls, "translate"):
        return "translator" if data.get("pairs") == "edges" else None
    if hasattr(cls, "synthesize"):
        return "style"
    if cls is not None and issubclass(cls, BaseVAE):
        return "vae"
    return "generator" if hasattr(cls, "sample") and "num_classes" not in cls.arguments() else None

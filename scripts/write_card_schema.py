"""Writes zoo/card.schema.json, which editors complete cards by: run it when a card's sections or a model's arguments change."""

from __future__ import annotations

import json
from pathlib import Path

from kerasgen import models
from kerasgen.presets.schema import card_schema

ZOO = Path(__file__).parents[1] / "zoo"

if __name__ == "__main__":
    schema = card_schema(getattr(models, name) for name in models.__all__)
    (ZOO / "card.schema.json").write_text(json.dumps(schema, indent=1, ensure_ascii=False) + "\n", "utf-8")

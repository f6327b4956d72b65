"""The JSON Schema of cards, by which editors complete and check them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from kerasgen.presets.card import Card

if TYPE_CHECKING:
    from kerasgen.base.model import GenerativeModel


def card_schema(classes: Iterable[type[GenerativeModel]]) -> dict[str, object]:
    """Gives the schema (JSON Schema 2020-12) of cards; the arguments of a model are those of its class, one of `classes`."""
    models = {cls.__name__: cls for cls in classes}
    _, parts = msgspec.json.schema_components(
        [Card, *(cls.hyperparameters for cls in models.values())],
        schema_hook=lambda kind: {"description": "any value"},  # of `object`
        ref_template="#/$defs/{name}",
    )
    for name, cls in models.items():
        parts[name]["required"] = ["image_shape"]
        parts[name]["description"] = str(cls.__doc__).split("\n")[0]
        for argument, about in parts[name]["properties"].items():
            if argument != "image_shape":
                about["default"] = getattr(cls, argument)
    section = parts["ModelSection"]
    section["properties"]["class"] = {"anyOf": [{"enum": sorted(models)}, {"type": "string", "pattern": ".>."}]}
    section["allOf"] = [
        {
            "if": {"properties": {"class": {"const": name}}},
            "then": {"properties": {"arguments": {"$ref": f"#/$defs/{name}"}}},
        }
        for name in models
    ]
    card = parts.pop("Card")
    card["properties"] = {"$schema": {"type": "string"}, **card["properties"]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **card, "$defs": dict(sorted(parts.items()))}

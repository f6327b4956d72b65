"""The base of records, the types of their fields, and their JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec

from kerasgen.files import atomic_write

Positive = Annotated[int, msgspec.Meta(ge=1)]
Text = Annotated[str, msgspec.Meta(min_length=1)]
Sha256 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of records: frozen, typed fields with defaults. `convert` makes one of plain data, `to_dict` plain data of one."""


def to_dict(record: Record) -> dict[str, object]:
    """Gives a record as plain data for JSON, without the fields that have their default."""
    return msgspec.to_builtins(record)


def write_record(path: str | Path, record: Record, schema: str | None = None) -> None:
    """Writes a record as JSON; `schema` is the file or address of its JSON Schema, for editors."""
    content = {**({"$schema": schema} if schema else {}), **to_dict(record)}
    with atomic_write(path) as beside:
        beside.write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")

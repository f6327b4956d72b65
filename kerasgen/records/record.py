"""The base of records, the types of their fields, and their JSON."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np

from kerasgen.files import atomic_write
from kerasgen.records.patterns import HEXADECIMAL, NAME, WEIGHTS

LARGEST = 2**31 - 1
Positive = Annotated[int, msgspec.Meta(ge=1, le=LARGEST)]
Bytes = Annotated[int, msgspec.Meta(ge=1, le=2**53)]  # of a file
Seed = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]
Text = Annotated[str, msgspec.Meta(min_length=1)]
FileName = Annotated[str, msgspec.Meta(pattern=NAME)]
WeightsName = Annotated[str, msgspec.Meta(pattern=WEIGHTS)]
Sha256 = Annotated[str, msgspec.Meta(pattern=HEXADECIMAL)]


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of records: frozen, typed fields with defaults. `convert` makes one of plain data, `to_dict` plain data of one."""


def to_dict(record: Record) -> dict[str, object]:
    """Gives a record as plain data, without the fields that have their default; numbers of numpy become Python's.

    Raises ValueError, with the path of the key, for what JSON cannot hold: NaN, infinity, and objects of other kinds.
    """
    content = _plain(msgspec.to_builtins(record, enc_hook=_number), "")
    assert isinstance(content, dict)
    return content


def write_record(path: str | Path, record: Record, schema: str | None = None) -> None:
    """Writes a record as JSON; `schema` is the file or address of its JSON Schema, for editors. Raises as `to_dict`."""
    content = {**({"$schema": schema} if schema else {}), **to_dict(record)}
    with atomic_write(path) as beside:
        beside.write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")


def _number(value: object) -> object:
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    raise ValueError(f"A record must hold numbers, texts, lists and dicts. Received: {value!r}.")


def _plain(value: object, at: str) -> object:
    """Lists for tuples, as JSON has them, and no number that JSON lacks."""
    if isinstance(value, dict):
        return {key: _plain(each, f"{at}.{key}".lstrip(".")) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each, f"{at}[{index}]") for index, each in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{at}: must be a finite number. Received: {value}")
    return value

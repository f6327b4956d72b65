"""Typed records: what crosses a border (cards, manifests, requests, states) is frozen, and refused by the path of its key."""

from kerasgen.records.beside import beside
from kerasgen.records.reading import convert, read_record
from kerasgen.records.record import (
    Bytes,
    FileName,
    Positive,
    Record,
    Seed,
    Sha256,
    Text,
    WeightsName,
    to_dict,
    write_record,
)

__all__ = [
    "Bytes",
    "FileName",
    "Positive",
    "Record",
    "Seed",
    "Sha256",
    "Text",
    "WeightsName",
    "beside",
    "convert",
    "read_record",
    "to_dict",
    "write_record",
]

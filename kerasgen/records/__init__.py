"""Typed records: what crosses a border (cards, manifests, requests, states) is frozen, and refused by the path of its key."""

from kerasgen.records.reading import convert, read_record
from kerasgen.records.record import Positive, Record, Seed, Sha256, Text, to_dict, write_record

__all__ = ["Positive", "Record", "Seed", "Sha256", "Text", "convert", "read_record", "to_dict", "write_record"]

"""The wire format of protobuf messages, read without a schema and without the package."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

Wire = TypeVar("Wire", bytes, memoryview)

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def fields(message: Wire) -> Iterator[tuple[int, Wire | int]]:
    """Yields the number and the value of every field: a whole number, or the bytes of what is longer.

    Raises ValueError for a message that ends inside a field, and for the groups of old versions.
    """
    position = 0
    while position < len(message):
        key, position = varint(message, position)
        wire = key & 7
        if wire == _VARINT:
            number, position = varint(message, position)
            yield key >> 3, number
            continue
        if wire == _BYTES:
            length, position = varint(message, position)
        elif wire in (_FIXED32, _FIXED64):
            length = 4 if wire == _FIXED32 else 8
        else:
            raise ValueError(f"A protobuf message must have the wire types 0, 1, 2 and 5. Received: {wire}")
        if position + length > len(message):
            raise ValueError(f"A protobuf message must be whole. Received: {len(message)} bytes, the last field cut")
        yield key >> 3, message[position : position + length]
        position += length


def varint(message: bytes | memoryview, position: int) -> tuple[int, int]:
    """Reads a whole number from 0 of up to 64 bits; gives it and where it ends. Raises ValueError for one that is cut."""
    number = shift = 0
    while position < len(message) and shift < 70:
        byte = message[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, position
        shift += 7
    raise ValueError(f"A protobuf message must have whole numbers of up to 64 bits. Received: another, before byte {position}")

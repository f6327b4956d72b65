"""Reads TFRecord files of tf.train.Example without TensorFlow.

A TFRecord is a row of: length (uint64), its checksum (uint32), the bytes, their checksum (uint32), little endian. An
Example is a protobuf message, read here by its wire format; the field numbers are those of TensorFlow's
`example.proto` and `feature.proto`. The checksums (masked CRC-32C) are not tested: the embedded files are installed as
part of the package, and in Python the test would cost more than everything else.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from pathlib import Path

from kerasgen.records.protobuf import fields, varint

Value = list[bytes] | list[int] | list[float]


def read_records(path: str | Path) -> Iterator[bytes]:
    """Yields the records of a TFRecord file; raises ValueError if the file ends inside one."""
    content = Path(path).read_bytes()
    position = 0
    while position < len(content):
        header = content[position : position + 12]
        length = struct.unpack_from("<Q", header)[0] if len(header) == 12 else len(content)
        end = position + 12 + length
        if end + 4 > len(content):
            raise ValueError(f"A TFRecord file must end after a record. Received: {path}, cut at byte {len(content)}")
        yield content[position + 12 : end]
        position = end + 4


def parse_example(record: bytes, names: Collection[str] | None = None) -> dict[str, Value]:
    """Gives the features of a serialized tf.train.Example by name, each a list of bytes, ints or floats.

    With `names`, those features only: what is not asked for is not parsed.
    """
    example = {}
    for features in map(_message, _values(record, 1)):  # Example.features
        for entry in map(_message, _values(features, 1)):  # Features.feature, a map: key = 1, value = 2
            name = _message(next(_values(entry, 1))).decode()
            if names is None or name in names:
                example[name] = _feature(_message(next(_values(entry, 2), b"")))
    return example


def _feature(message: bytes) -> Value:
    for kind, value in fields(message):
        values = _values(_message(value), 1)
        if kind == 1:  # BytesList
            return [_message(part) for part in values]
        if kind == 2:  # FloatList, packed or one by one
            return [number for part in values for (number,) in struct.iter_unpack("<f", _message(part))]
        if kind == 3:  # Int64List, packed or one by one
            return [number for part in values for number in _integers(part)]
    return []


def _integers(part: bytes | int) -> Iterator[int]:
    if isinstance(part, int):
        yield _signed(part)
        return
    position = 0
    while position < len(part):
        number, position = varint(part, position)
        yield _signed(number)


def _signed(number: int) -> int:
    return number - (1 << 64) if number >> 63 else number  # int64 travels as its two's complement


def _message(value: bytes | int) -> bytes:
    if isinstance(value, int):
        raise ValueError(f"A field of a tf.train.Example must be bytes there. Received: the number {value}.")
    return value


def _values(message: bytes, field: int) -> Iterator[bytes | int]:
    return (value for number, value in fields(message) if number == field)

"""Damage to files, seeded: bytes that change, and JSON whose values are what nobody expects."""

from __future__ import annotations

import copy
import json
import random
import struct

NUMBERS = [0, 1, -1, 0.5, -0.0, 2**31 - 1, 2**31, 2**63, 2**64, 10**400, 1e308, float("nan"), float("inf")]
TEXTS = [
    "",
    " ",
    ".",
    "..",
    "../x",
    "/etc/passwd",
    "C:\\x",
    "con",
    "a\0b",
    "a\nb",
    "[bold]x[/]",
    "\x1b[31m",
    "\u202e",
    "é" * 300,
    "x" * 10**5,
]
VALUES = [*NUMBERS, *TEXTS, None, True, False, [], {}, [[]], {"": {}}, [None] * 1000]
SIZES = [0, 1, 127, 128, 255, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**64 - 1]


def damage(rng: random.Random, content: bytes) -> bytes:
    """Changes bytes: one kind of damage, at one to four places."""
    how = rng.choice([_cut, _flip, _flip, _set_number, _set_number, _zero, _swap, _repeat, _insert, _strange])
    for _ in range(rng.choice([1, 1, 2, 4])):
        content = how(rng, content)
    return content


def distort(rng: random.Random, content: bytes) -> bytes:
    """Changes values and keys of a JSON file; now and then its bytes."""
    if rng.random() < 0.1:
        return damage(rng, content)
    value = json.loads(content)
    try:
        for _ in range(rng.choice([1, 1, 2, 3])):
            holder, key = rng.choice(list(_places(value)) or [({"": 0}, "")])
            _change(rng, holder, key)
        return json.dumps(value).encode()
    except RecursionError:
        return b'{"name": ' + b"[" * 100_000


def _places(value: object):
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield value, key
        yield from _places(inner)


def _change(rng: random.Random, holder, key) -> None:
    how = rng.choice(["value", "value", "value", "remove", "rename", "deep", "wrap"])
    if how == "remove":
        del holder[key]
    elif how == "rename" and isinstance(holder, dict):
        holder[rng.choice([key + "x", key[1:], key.upper(), rng.choice(TEXTS)])] = holder.pop(key)
    elif how == "deep":
        for _ in range(rng.choice([10, 900])):
            holder[key] = [holder[key]]
    elif how == "wrap":
        holder[key] = rng.choice([[holder[key]], {key: holder[key]}, str(holder[key]), [holder[key]] * 5000])
    else:
        holder[key] = copy.deepcopy(rng.choice(VALUES))


def _place(rng: random.Random, content: bytes) -> int:
    """A byte; half of the times among the first hundred or the last, where headers and tables are."""
    if rng.random() < 0.5:
        return rng.randrange(max(1, len(content)))
    near = rng.randrange(max(1, min(100, len(content))))
    return near if rng.random() < 0.7 else max(0, len(content) - 1 - near)


def _cut(rng: random.Random, content: bytes) -> bytes:
    return content[: _place(rng, content)]


def _flip(rng: random.Random, content: bytes) -> bytes:
    place, changed = _place(rng, content), bytearray(content or b"\0")
    changed[place] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _set_number(rng: random.Random, content: bytes) -> bytes:
    place, size = _place(rng, content), rng.choice(SIZES)
    kind = rng.choice(["<B", "<H", ">H", "<I", ">I", "<Q", ">Q"])
    number = struct.pack(kind, size % 256 ** struct.calcsize(kind))
    return content[:place] + number + content[place + len(number) :]


def _zero(rng: random.Random, content: bytes) -> bytes:
    place, length = _place(rng, content), rng.choice([1, 4, 16, 256])
    return content[:place] + bytes(min(length, len(content) - place)) + content[place + length :]


def _swap(rng: random.Random, content: bytes) -> bytes:
    first, second = sorted((_place(rng, content), _place(rng, content)))
    length = min(16, second - first)
    return (
        content[:first] + content[second : second + length] + content[first + length : second] + content[first : first + length]
    ) + content[second + length :]


def _repeat(rng: random.Random, content: bytes) -> bytes:
    place, length = _place(rng, content), rng.choice([4, 64, 1024])
    return content[: place + length] + content[place : place + length] * rng.choice([1, 20]) + content[place + length :]


def _insert(rng: random.Random, content: bytes) -> bytes:
    place = _place(rng, content)
    return content[:place] + rng.randbytes(rng.choice([1, 3, 200])) + content[place:]


def _strange(rng: random.Random, content: bytes) -> bytes:
    """Another file altogether."""
    return rng.choice([b"", b"\0", rng.randbytes(200), b"%!PS-Adobe-3.0\nshowpage\n", b"PK\x03\x04", b"{}", b"\x80\x04N."])

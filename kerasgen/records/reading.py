"""Reading records: plain data to a typed record, or an error that names the key."""

from __future__ import annotations

import codecs
import difflib
import math
import re
import types
import typing
from pathlib import Path
from typing import TypeVar

import msgspec

from kerasgen.errors import reason
from kerasgen.files import user_path
from kerasgen.records.patterns import WORDS
from kerasgen.records.record import Record

T = TypeVar("T")
R = TypeVar("R", bound=Record)

# msgspec's words (read in 0.22): "<what is wrong> - at `$.data.mirror`", the path left out at the top.
_MESSAGE = re.compile(r"(?P<rule>.*?)(?: - at `(?P<key>key` in `)?\$(?P<path>.*)`)?$", re.S)
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`")
_MISSING = re.compile(r"Object missing required field `(.*)`")
_SHOWN, _LONGEST = 80, 200  # characters of a value, and of a key


def convert(value: object, kind: type[T], at: str = "", noun: str = "key") -> T:
    """Makes a value of the type `kind` of plain data: numbers, texts, lists and dicts.

    Args:
        value: the data.
        kind: a `Record`, or any type that annotations can name.
        at: the path of the value, which messages begin with.
        noun: what messages call a field of a record.

    Raises ValueError for an unknown key, a missing one, a wrong type and a number out of range: with the path of the key, the
    rule, the nearest valid name and what was received. Raises it for NaN and infinity too.
    """
    _check_finite(value, at)
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise ValueError(_message(str(error), value, kind, at, noun)) from None


def read_record(path: str | Path, kind: type[R], what: str) -> R:
    """Reads a record from a JSON file; `what` names it in messages ("card", "manifest").

    Raises FileNotFoundError if there is no file, ValueError for one that is not readable JSON or not such a record.
    """
    path = user_path(path)
    try:
        content = msgspec.json.decode(path.read_bytes().removeprefix(codecs.BOM_UTF8))
    except FileNotFoundError:
        raise FileNotFoundError(f"A {what} must exist. Received: {path}.") from None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"A {what} must be a readable JSON file. Received: {path} ({reason(error)}).") from None
    if not isinstance(content, dict):
        raise ValueError(f"A {what} must be a JSON object. Received: {path}.")
    content.pop("$schema", None)
    try:
        return convert(content, kind)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None


def _message(text: str, value: object, kind: object, at: str, noun: str) -> str:
    found = _MESSAGE.match(text)
    assert found
    rule, path = found["rule"], ""
    for part in re.findall(r"[^.\[\]]+|\.\.\.", found["path"] or ""):
        part = _faulty(value, kind) if part == "..." else part
        path += f"[{part}]" if isinstance(value, (list, tuple)) else f".{part}"
        value, kind = _enter(value, kind, part)
    path = path.lstrip(".")
    keys = _fields(kind)
    if unknown := _UNKNOWN.match(rule):
        name = unknown[1]
        received = value.get(name) if isinstance(value, dict) else value
        near = difflib.get_close_matches(name, keys, n=1) or difflib.get_close_matches(name.lower(), keys, n=1)
        hint = f'Did you mean "{near[0]}"?' if near else f"Known: {', '.join(keys)}."
        return f"{_join(at, path, name)}: unknown {noun}. {hint} Received: {_show(received)}"
    if missing := _MISSING.match(rule):
        return f"{_join(at, path, missing[1])}: required {noun}. Received: none"
    rule = next((words for pattern, words in WORDS.items() if rule.endswith(f"matching regex {pattern!r}")), rule)
    rule = f"must be {_either(kind)}" if rule.startswith("Invalid enum value") else _plain(rule)
    rule = f"each key {rule}" if found["key"] else rule
    return f"{_join(at, path) or 'value'}: {rule}. Received: {_show(value)}"


def _check_finite(value: object, at: str) -> None:
    """Raises ValueError for NaN and infinity anywhere in data, which YAML has and JSON lacks."""
    if isinstance(value, dict):
        for key, each in value.items():
            _check_finite(each, _join(at, str(key)))
    elif isinstance(value, (list, tuple)):
        for index, each in enumerate(value):
            _check_finite(each, f"{at}[{index}]")
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{at or 'value'}: must be a finite number. Received: {value}")


def _either(kind: object) -> str:
    """The choices of a `Literal`, and the types beside it."""
    names = []
    for each in _alternatives(kind):
        if typing.get_origin(each) is typing.Literal:
            names += [_show(choice) for choice in typing.get_args(each)]
        elif each is not type(None):
            bare = typing.get_args(each)[0] if typing.get_origin(each) is typing.Annotated else each
            names.append(getattr(bare, "__name__", str(bare)))
    return f"one of {', '.join(names)}" if len(names) > 1 else names[0]


def _enter(value: object, kind: object, part: str) -> tuple[object, object]:
    """The value and the type one key deeper; numbers stand for places in a list."""
    if isinstance(value, (list, tuple)) and part.isdigit():
        return value[int(part)], _inner(kind)
    if isinstance(value, dict):
        return value.get(part), _fields(kind).get(part) or _inner(kind)
    return value, kind


def _faulty(value: object, kind: object) -> str:
    """The first key whose value a dict of the type must not hold; msgspec says that there is one, not which."""
    for key, each in value.items() if isinstance(value, dict) else ():
        try:
            msgspec.convert(each, _inner(kind))
        except msgspec.ValidationError:
            return str(key)
    return "..."


def _fields(kind: object) -> dict[str, object]:
    """The types of a record's fields by their keys; none for other types."""
    for each in _alternatives(kind):
        if isinstance(each, type) and issubclass(each, msgspec.Struct):
            return {field.encode_name: field.type for field in msgspec.structs.fields(each)}
    return {}


def _inner(kind: object) -> object:
    """The type of what a list or dict holds."""
    for each in _alternatives(kind):
        arguments = typing.get_args(each)
        if arguments:
            return arguments[-1] if arguments[-1] is not Ellipsis else arguments[0]
    return None


def _alternatives(kind: object) -> tuple[object, ...]:
    if typing.get_origin(kind) is typing.Annotated:
        kind = typing.get_args(kind)[0]
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return typing.get_args(kind)
    return (kind,)


def _join(*parts: str) -> str:
    return ".".join(_shortened(part, _LONGEST) for part in parts if part)


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}..."


def _show(value: object) -> str:
    """A value as JSON writes it, shortened."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    try:
        text = msgspec.json.encode(value).decode()
    except (TypeError, msgspec.MsgspecError):
        text = repr(value)
    return _shortened(text, _SHOWN)


def _plain(rule: str) -> str:
    """Msgspec's rule in plain words."""
    rule = re.sub(r"Expected `([^`]*)`", lambda match: f"must be {match[1].replace('|', 'or')}", rule)
    return re.sub(r", got .*", "", rule).replace("`", "")

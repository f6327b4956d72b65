"""What users set: single keys and YAML files, as trees that are laid over each other."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import msgspec

from kerasgen.errors import reason

Tree = dict[str, object]


def read_settings(settings: Iterable[str]) -> Tree:
    """Reads "section.key=value"s; values are JSON, or text if they are none. Raises ValueError for another form."""
    given: Tree = {}
    for setting in settings:
        path, sign, value = setting.partition("=")
        keys = path.strip().split(".")
        if not sign or not all(keys):
            raise ValueError(f"A setting must have the form section.key=value. Received: {setting!r}.")
        try:
            parsed = json.loads(value)
        except json.JSONDecodeError:
            parsed = value
        except RecursionError:
            raise ValueError(f"A setting must not be nested that deep. Received: {setting[:40]!r}...") from None
        for key in reversed(keys):
            parsed = {key: parsed}
        given = merge(given, parsed)
    return given


def read_yaml(path: Path) -> Tree:
    """Reads a recipe in YAML; raises ValueError or FileNotFoundError for a file that is none."""
    try:
        import yaml
    except ImportError:
        raise ImportError(f"Recipes in YAML are read by PyYAML: pip install pyyaml. Received: {path}.") from None
    try:
        content = msgspec.to_builtins(yaml.safe_load(path.read_text("utf-8")))  # dates, which JSON lacks, as text
    except FileNotFoundError:
        raise FileNotFoundError(f"A recipe must exist. Received: {path}.") from None
    except yaml.MarkedYAMLError as error:
        raise _unreadable(path, f"{error.problem}, line {error.problem_mark.line + 1}") from None
    except (OSError, UnicodeDecodeError, RecursionError, yaml.YAMLError) as error:
        raise _unreadable(path, reason(error)) from None
    if not isinstance(content, dict):
        raise ValueError(f"A recipe must have sections: model, data, training. Received: {path}.")
    return content


def _unreadable(path: Path, reason: str) -> ValueError:
    return ValueError(f"A recipe must be a readable YAML file. Received: {path} ({reason}).")


def section(content: Tree, name: str) -> Tree:
    """Gives the tree at a key; an empty one where there is none."""
    found = content.get(name)
    return found if isinstance(found, dict) else {}


def fold(given: Tree, part: str, key: str, value: object) -> None:
    """Puts an option among the settings, unless it is None."""
    if value is not None:
        merge_into(given, part, {key: value})


def text(given: Tree, part: str, key: str) -> str | None:
    """Gives a setting as text, None where there is none."""
    value = section(given, part).get(key)
    return None if value is None else str(value)


def merge_into(content: Tree, key: str, other: Tree) -> None:
    """Lays a tree over that at a key."""
    content[key] = merge(section(content, key), other)


def merge(first: Tree, second: Tree) -> Tree:
    """Gives both trees in one; where they differ, the second's values."""
    merged = dict(first)
    for key, value in second.items():
        before = merged.get(key)
        merged[key] = merge(before, value) if isinstance(before, dict) and isinstance(value, dict) else value
    return merged


def given_arguments(given: Tree) -> Tree:
    """Gives the settings of the model's arguments: `model.channels` or `model.arguments.channels`."""
    model = section(given, "model")
    return {**section(model, "arguments"), **{key: value for key, value in model.items() if key not in ("class", "arguments")}}

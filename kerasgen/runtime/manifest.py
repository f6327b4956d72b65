"""The manifest of an exported file: `<file>.json` beside it."""

from __future__ import annotations

import json
from pathlib import Path

from kerasgen.files import sha256

FORMAT_VERSION = 1
REQUIRED = ("format", "file", "part", "inputs", "outputs", "latent_dim", "image_shape", "parity")


def _is_size(value) -> bool:
    return isinstance(value, int) and value > 0


def _is_tensor(entry) -> bool:
    shape = isinstance(entry, dict) and isinstance(entry.get("name"), str) and entry.get("shape")
    return isinstance(shape, list) and bool(shape) and all(size is None or _is_size(size) for size in shape)


def _are_tensors(value) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_tensor, value))


# What the runtime relies on, and how to say it.
FORMS = {
    "file": (lambda value: isinstance(value, dict) and isinstance(value.get("sha256"), str), "an object with a sha256"),
    "format": (lambda value: isinstance(value, str), "a name"),
    "part": (lambda value: isinstance(value, str), "a name"),
    "inputs": (_are_tensors, "a list of objects with name and shape"),
    "outputs": (_are_tensors, "a list of objects with name and shape"),
    "latent_dim": (lambda value: value is None or _is_size(value), "a positive whole number or null"),
    "image_shape": (
        lambda value: isinstance(value, list) and len(value) == 3 and all(map(_is_size, value)),
        "height, width and channels",
    ),
    "num_classes": (lambda value: value in (None, 0) or _is_size(value), "a whole number"),
    "pixel_deviation": (lambda value: value is None or isinstance(value, float) and value > 0, "a positive number or null"),
}


def _check_entries(manifest: dict, beside: Path) -> None:
    for name, (holds, rule) in FORMS.items():
        if not holds(manifest.get(name)):
            raise ValueError(f"The entry {name} of a manifest must be {rule}. Received: {manifest.get(name)!r} in {beside}.")
    shapes = {entry["name"]: entry["shape"][1:] for entry in manifest["inputs"]}
    classes = manifest.get("num_classes") or 0
    wanted = {"z": [manifest["latent_dim"]]} | ({"label": []} if classes else {})
    if manifest["part"] == "decoder" and shapes != wanted:
        raise ValueError(
            f"The inputs of a decoder must go with latent_dim {manifest['latent_dim']} and num_classes {classes}: "
            f"{wanted} after the batch. Received: {shapes} in {beside}."
        )


def manifest_path(path: str | Path) -> Path:
    """Gives the path of the manifest of an exported file."""
    path = Path(path)
    return path.with_name(path.name + ".json")


def read_manifest(path: str | Path) -> dict:
    """Reads the manifest of the exported file `path` and checks that it describes that file.

    Raises FileNotFoundError if one of the two is missing; ValueError for a manifest that is no JSON, has another format
    version, lacks an entry or has one of another form, and for a file of another sha256.
    """
    path = Path(path)
    beside = manifest_path(path)
    if not path.is_file():
        raise FileNotFoundError(f"An exported file must exist. Received: {path}.")
    if not beside.is_file():
        raise FileNotFoundError(f"An exported file needs its manifest beside it. Received: {path} without {beside.name}.")
    try:
        manifest = json.loads(beside.read_text("utf-8"))
        version = manifest["format_version"]
    except (UnicodeDecodeError, json.JSONDecodeError, TypeError, KeyError):
        raise ValueError(f"A manifest must be a JSON object with format_version. Received: {beside}.") from None
    if version != FORMAT_VERSION:
        raise ValueError(
            f"This kerasgen reads manifests of format version {FORMAT_VERSION}; another needs another "
            f"kerasgen. Received: version {version!r} in {beside}."
        )
    missing = [key for key in REQUIRED if key not in manifest]
    if missing:
        raise ValueError(
            f"A manifest must have the entries {', '.join(REQUIRED)}. Received: {beside} without {', '.join(missing)}."
        )
    _check_entries(manifest, beside)
    expected, digest = manifest["file"]["sha256"], sha256(path)
    if digest != expected:
        raise ValueError(
            f"An exported file must have the sha256 of its manifest, {expected}: one of them was altered. "
            f"Received: {digest} for {path}."
        )
    return manifest

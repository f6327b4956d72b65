"""The manifest of an exported file: `<file>.json` beside it."""

from __future__ import annotations

import json
from pathlib import Path

from kerasgen.checksum import sha256

FORMAT_VERSION = 1
REQUIRED = ("format", "file", "part", "inputs", "outputs", "latent_dim", "image_shape", "parity")


def manifest_path(path: str | Path) -> Path:
    """Gives the path of the manifest of an exported file."""
    path = Path(path)
    return path.with_name(path.name + ".json")


def read_manifest(path: str | Path) -> dict:
    """Reads the manifest of the exported file `path` and checks that it describes that file.

    Raises FileNotFoundError if one of the two is missing; ValueError for a manifest that is no JSON, has another format
    version or lacks an entry, and for a file of another sha256.
    """
    path = Path(path)
    beside = manifest_path(path)
    if not path.is_file():
        raise FileNotFoundError(f"An exported file must exist. Received: {path}.")
    if not beside.is_file():
        raise FileNotFoundError("An exported file needs its manifest beside it. "
                                f"Received: {path} without {beside.name}.")
    try:
        manifest = json.loads(beside.read_text("utf-8"))
        version = manifest["format_version"]
    except (UnicodeDecodeError, json.JSONDecodeError, TypeError, KeyError):
        raise ValueError(f"A manifest must be a JSON object with format_version. Received: {beside}.") from None
    if version != FORMAT_VERSION:
        raise ValueError(f"This kerasgen reads manifests of format version {FORMAT_VERSION}; another needs another "
                         f"kerasgen. Received: version {version!r} in {beside}.")
    missing = [key for key in REQUIRED if key not in manifest]
    if missing:
        raise ValueError(f"A manifest must have the entries {', '.join(REQUIRED)}. Received: {beside} without "
                         f"{', '.join(missing)}.")
    expected, digest = manifest["file"]["sha256"], sha256(path)
    if digest != expected:
        raise ValueError(f"An exported file must have the sha256 of its manifest, {expected}: one of them was altered. "
                         f"Received: {digest} for {path}.")
    return manifest

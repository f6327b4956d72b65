"""Where an exported file goes: checked before work, put there with its manifest or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from kerasgen.runtime.manifest import manifest_path


def check_target(path: Path, overwrite: bool) -> None:
    """Raises ValueError unless `path` and its manifest can be written."""
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise ValueError(f"An export needs an existing folder that can be written. Received: {path.parent}.")
    taken = [file for file in (path, manifest_path(path)) if file.exists()]
    folders = [file for file in taken if file.is_dir()]
    if folders:
        raise ValueError(f"An export is written to a file. Received: the folder {folders[0]}.")
    if taken and not overwrite:
        raise ValueError(f"An export does not replace files unless overwrite=True. Received: {', '.join(map(str, taken))}.")


def publish(made: Path, path: Path) -> None:
    """Moves `made` and its manifest, on the same disk, to `path`: both, or what was there before."""
    pairs = [(made, path), (manifest_path(made), manifest_path(path))]
    kept = [(made.with_name(f"{index}.before"), target) for index, (_, target) in enumerate(pairs)]
    for copy, target in kept:
        if target.exists():
            shutil.copy2(target, copy)
    try:
        for source, target in pairs:
            source.replace(target)
    except BaseException:
        for copy, target in kept:
            if copy.exists():
                copy.replace(target)
            else:
                target.unlink(missing_ok=True)
        raise

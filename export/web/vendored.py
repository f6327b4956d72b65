"""The runtime of the page, onnxruntime-web: in the package, as whoever builds a page has Python only."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

from kerasgen.files import sha256

from ..errors import ExportError

FOLDER = Path(__file__).parent / "vendored"


def record() -> dict:
    """What `scripts/vendor_onnxruntime_web.py` wrote down: package, version, license, sha256 of the archive and its files."""
    return json.loads((FOLDER / "onnxruntime-web.json").read_text("utf-8"))


def unpack(folder: Path) -> None:
    """Writes the runtime's files, its license and its third-party notices to `folder`, which it makes.

    Raises ExportError for an archive with another sha256 than recorded.
    """
    archive, about = FOLDER / "onnxruntime-web.tar.xz", record()
    digest = sha256(archive)
    if digest != about["archive_sha256"]:
        raise ExportError(
            f"The archive of onnxruntime-web must have the recorded sha256, {about['archive_sha256']}: it was "
            f"altered. Received: {digest} for {archive}."
        )
    folder.mkdir()
    with tarfile.open(archive) as source:
        for name in about["files"]:
            (folder / name).write_bytes(source.extractfile(name).read())
    (folder / "versions.json").write_text(json.dumps(about, indent=2) + "\n", "utf-8")

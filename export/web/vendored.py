"""The runtime of the page, onnxruntime-web: in the package, as whoever builds a page has Python only."""

from __future__ import annotations

import tarfile
from pathlib import Path

from kerasgen.files import sha256
from kerasgen.records import Positive, Record, Sha256, Text, read_record, write_record

from ..errors import ExportError

FOLDER = Path(__file__).parent / "vendored"


class VendoredFile(Record, frozen=True):
    """A file of the archive."""

    bytes: Positive
    sha256: Sha256


class Vendored(Record, frozen=True):
    """What `scripts/vendor_onnxruntime_web.py` wrote down of the archive."""

    package: Text
    version: Text
    license: Text
    notices_of: Text
    npm_sha256: Sha256
    archive_sha256: Sha256
    files: dict[str, VendoredFile]


def record() -> Vendored:
    """Gives what the archive holds."""
    return read_record(FOLDER / "onnxruntime-web.json", Vendored, "record of vendored files")


def unpack(folder: Path) -> None:
    """Writes the runtime's files, its license and its third-party notices to `folder`, which it makes.

    Raises ExportError for an archive with another sha256 than recorded.
    """
    archive, about = FOLDER / "onnxruntime-web.tar.xz", record()
    digest = sha256(archive)
    if digest != about.archive_sha256:
        raise ExportError(
            f"The archive of onnxruntime-web must have the recorded sha256, {about.archive_sha256}: it was "
            f"altered. Received: {digest} for {archive}."
        )
    folder.mkdir()
    with tarfile.open(archive) as source:
        for name in about.files:
            content = source.extractfile(name)
            assert content is not None  # the archive has files alone
            (folder / name).write_bytes(content.read())
    write_record(folder / "versions.json", about)

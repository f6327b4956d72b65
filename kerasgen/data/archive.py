"""Zip and tar archives of image files, read in place; of compressed tars a plain one is made first."""

from __future__ import annotations

import functools
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from kerasgen.data.file_set import SPLITS, FileSet, arrange
from kerasgen.data.image_files import SUFFIXES, Blob
from kerasgen.data.unpacking import Unpacked, unpack
from kerasgen.errors import reason

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
LIMIT = 256 * 2**20  # bytes of a file in an archive, unpacked

Member = tuple[PurePosixPath, Blob]
Found = tuple[str, bool, int, functools.partial[bytes]]  # name, whether a plain file, bytes, what reads it


def find_in_archive(path: Path) -> FileSet:
    """Finds the image files in an archive, as those of a folder; one folder that all of them lie in is left out.

    Raises ValueError for a damaged archive, as `unpack` for a compressed tar, and for members that no archive of images needs:
    links, devices, encrypted ones, names that lead out of the archive, and files over 256 MiB.
    """
    unpacked = None if path.suffix.lower() == ".zip" else unpack(path)
    try:
        found = list(_zip_members(path) if path.suffix.lower() == ".zip" else _tar_members(path, unpacked))
    except Exception as error:  # of zipfile, tarfile, zlib, the decoding of names: by the kind of damage
        raise ValueError(
            f"An archive must be a zip, or a tar, plain or packed by gzip, bzip2 or xz. Received: {path} ({reason(error)})"
        ) from None
    members = [_member(path, *each) for each in found]
    files = [each for each in members if _is_image(each[0])]
    while files and len({name.parts[0] for name, _ in files}) == 1 and len(files[0][0].parts) > 1:
        if files[0][0].parts[0] in SPLITS:
            break
        files = [(PurePosixPath(*name.parts[1:]), blob) for name, blob in files]
    return arrange(path, files)


def _zip_members(path: Path) -> Iterator[Found]:
    archive = zipfile.ZipFile(path)  # open as long as a member may be read; its reads lock one another out
    for info in archive.infolist():
        if not info.is_dir():
            mode = info.external_attr >> 16
            plain = not info.flag_bits & 1 and (stat.S_ISREG(mode) or not stat.S_IFMT(mode))
            yield info.filename, plain, info.file_size, functools.partial(archive.read, info)


def _tar_members(path: Path, unpacked: Unpacked | None) -> Iterator[Found]:
    reader = functools.partial(_read, path.absolute()) if unpacked is None else unpacked.read
    with tarfile.open(path, "r:") if unpacked is None else unpacked.archive() as archive:
        for info in archive:
            if not info.isdir():
                read = functools.partial(reader, info.offset_data, info.size)
                yield info.name, info.isreg() and not info.issparse(), info.size, read


def _member(path: Path, name: str, plain: bool, size: int, read: functools.partial[bytes]) -> Member:
    inside = PurePosixPath(name.replace("\\", "/"))
    if not plain:
        raise ValueError(f"An archive must hold plain files, neither links nor encrypted ones. Received: {name} in {path}")
    if inside.is_absolute() or ".." in inside.parts or not inside.parts or ":" in inside.parts[0]:
        raise ValueError(f"The names in an archive must not lead out of it. Received: {name} in {path}")
    if size > LIMIT:
        raise ValueError(
            f"A file in an archive must unpack to at most {LIMIT >> 20} MiB. Received: {size:,} bytes for {name} in {path}"
        )
    return inside, Blob(f"{path}:{name}", read)


def _is_image(name: PurePosixPath) -> bool:
    return name.suffix.lower() in SUFFIXES and not any(part.startswith(".") for part in name.parts)


def _read(path: Path, start: int, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(size)

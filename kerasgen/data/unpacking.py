"""Compressed tars, whose members have no place to be read from: each is unpacked once, to a plain tar in a temporary file."""

from __future__ import annotations

import bz2
import contextlib
import functools
import gzip
import lzma
import shutil
import tarfile
import tempfile
import threading
import weakref
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from kerasgen.errors import reason

LIMIT = 64 * 2**30  # bytes of a tar that was unpacked
RATIO, IN_ANY_CASE = 200, 2**30  # times its size, or so many bytes where that is less: images hardly compress
SPARE = 2**30  # bytes that the disk keeps
CHUNK = 2**20

Packed = gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile

_KINDS: dict[bytes, type[Packed]] = {b"\x1f\x8b": gzip.GzipFile, b"BZh": bz2.BZ2File, b"\xfd7zXZ\0": lzma.LZMAFile}


class Unpacked:
    """A plain tar in a temporary file, which is gone when this is; threads that read it take turns."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.lock = threading.Lock()
        weakref.finalize(self, file.close)

    @contextlib.contextmanager
    def archive(self) -> Iterator[tarfile.TarFile]:
        """Opens the tar to look at its members."""
        with self.lock:
            self.file.seek(0)
            with tarfile.open(fileobj=self.file, mode="r:") as archive:
                yield archive

    def read(self, start: int, size: int) -> bytes:
        """Gives the bytes of a member."""
        with self.lock:
            self.file.seek(start)
            return self.file.read(size)


def unpack(path: Path) -> Unpacked | None:
    """Unpacks a tar by gzip, bzip2 or xz, which its first bytes tell; None for another file. Once, unless the file changes.

    The temporary file lies where `tempfile` puts such (TMPDIR). Raises ValueError for a damaged file, and for one that unpacks
    to over 200 times its size (and 1 GiB), to over 64 GiB, or to more than the disk has space for.
    """
    about = path.stat()
    return _unpack(path.absolute(), about.st_size, about.st_mtime_ns)


@functools.lru_cache(maxsize=4)
def _unpack(path: Path, size: int, stamp: int) -> Unpacked | None:
    with path.open("rb") as file:
        first = file.read(6)
    kind = next((kind for magic, kind in _KINDS.items() if first.startswith(magic)), None)
    if kind is None:
        return None
    folder = tempfile.gettempdir()
    space = shutil.disk_usage(folder).free - SPARE
    limit = min(LIMIT, max(RATIO * size, IN_ANY_CASE), space)
    with contextlib.ExitStack() as opened:
        target = opened.enter_context(tempfile.TemporaryFile(dir=folder))
        with kind(path) as packed:
            while chunk := _read(packed, path):
                if target.tell() + len(chunk) > limit:
                    raise ValueError(
                        f"A compressed tar must unpack to at most {RATIO} times its size, {LIMIT >> 30} GiB, and the space in "
                        f"{folder} (TMPDIR names another folder). Received: {path}, of over {limit / 2**30:.1f} GiB"
                    )
                target.write(chunk)
        opened.pop_all()  # it stays open
        return Unpacked(target)


def _read(packed: Packed, path: Path) -> bytes:
    try:
        return packed.read(CHUNK)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise ValueError(f"A compressed tar must be whole. Received: {path} ({reason(error)})") from None

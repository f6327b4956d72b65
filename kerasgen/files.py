"""Files: the only place that replaces one, their identity, and the lock of a folder."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

LOCK = ".lock"
BESIDE = re.compile(r"\.[0-9a-f]{16}\.")  # what the names of files begin with that are being written
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}  # what a write of an open file ends with


def user_path(path: str | os.PathLike[str]) -> Path:
    """Gives a path as its user means it: "~" is the home folder, where no shell has put that in its place."""
    return Path(os.path.expanduser(path))


class WriteError(OSError):
    """A file could not be written; the message names its path and the system's reason, `errno` tells that as well."""


@contextlib.contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Gives a path beside `path` to write to; after the block the file written there takes the place of `path`.

    The file is on the disk, not only in the system's memory, before it takes the place. If the block raises, `path` is left as
    it was and nothing stays beside it. The path given ends with the name of `path`, so that writers which go by the suffix
    work.

    Raises WriteError where the disk is full or read-only, and where the folder is missing or may not be written.
    """
    path = user_path(path)
    beside = path.with_name(f".{uuid.uuid4().hex[:16]}.{path.name}")
    try:
        yield beside
        _flush(beside)
        beside.replace(path)
        if os.name != "nt":  # Windows opens no folders
            _flush(path.parent)
    except WriteError:
        raise
    except OSError as error:
        if error.errno in FULL if error.filename is None else str(error.filename) == str(beside):
            raise write_error(path, error) from error
        raise  # of what the block reads
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def make_folder(path: str | Path) -> Path:
    """Makes a folder and those above it, where they are missing; raises WriteError where it cannot."""
    try:
        user_path(path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(Path(path), error) from error
    return user_path(path)


def write_error(path: Path, error: OSError) -> WriteError:
    """Makes the error for a path that could not be written; the caller raises it."""
    made = WriteError(
        f"A file needs space on the disk and a folder that can be written. Received: {path} ({error.strerror or error})."
    )
    made.errno = error.errno
    return made


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds an existing folder for this process; when the process ends, however it ends, the folder is free.

    Raises BlockingIOError where another process, or another thread of this one, holds it.
    """
    from filelock import FileLock, Timeout  # which runtimes lack

    try:
        held = FileLock(folder / LOCK).acquire(timeout=0)
    except Timeout:
        raise BlockingIOError(
            f"A folder holds one run at a time. Received: {folder}, in which another process trains."
        ) from None
    except OSError as error:
        raise write_error(folder, error) from error
    with held:
        yield


def remove_unfinished(folder: Path) -> None:
    """Removes from a folder, and those below it, what killed processes left half-written; no other may write there."""
    for path in folder.rglob(".*"):
        if BESIDE.match(path.name) and path.is_file():
            path.unlink(missing_ok=True)


def is_own(path: Path) -> bool:
    """Whether a file is a lock, or one that was being written: what this module leaves where a process is killed."""
    return path.name == LOCK or BESIDE.match(path.name) is not None


def sha256(path: str | Path) -> str:
    """Gives the sha256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _flush(path: Path) -> None:
    """Waits until the disk has a file or folder."""
    opened = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)

"""One damaged file: what comes of it in a process of its own."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import select
import signal
import sys
import time
import traceback
import warnings
from pathlib import Path

from storm.entrances import ENTRANCES, Entrance

SECONDS = 5.0  # of computing
PATIENCE = 60.0  # seconds of waiting, on a machine that is busy with other work
MEMORY = 2**30  # bytes more than before
READ, REFUSED = "read", "refused"  # what may come of a damaged file


def spoil(entrance: Entrance, folder: Path, seed: int) -> Path:
    """Writes a damaged file into an empty folder."""
    rng = random.Random(seed)
    path = entrance.make(folder, rng)
    path.write_bytes(entrance.spoil(rng, path.read_bytes()))
    entrance.redo(path)
    return path


def trial(name: str, folder: Path, seed: int) -> str:
    """Reads a damaged file; gives `READ`, `REFUSED`, or the fault: a crash, a hang, another error, one that names no file, ...

    A file is refused by an error of one line that names it and says what was received.
    """
    entrance = ENTRANCES[name]
    path = spoil(entrance, folder, seed)
    before = _files(folder)
    found = outcome(entrance, path)
    if found in (READ, REFUSED) and _files(folder) != before:
        return "files were changed"
    return found


def outcome(entrance: Entrance, path: Path) -> str:
    """Reads a file in a child process."""
    listen, told = os.pipe()
    child = os.fork()
    if not child:
        os.close(listen)
        os.write(told, _read(entrance, path).encode()[:60_000])
        os._exit(0)
    os.close(told)
    text = _answer(listen)
    if text is None:
        os.kill(child, signal.SIGKILL)
    os.close(listen)
    _, status, usage = os.wait4(child, 0)
    seconds = usage.ru_utime + usage.ru_stime
    if text is None or seconds > SECONDS:
        return f"no answer within {SECONDS:g} s of computing"
    return text or f"ended with {os.waitstatus_to_exitcode(status)}"


def _answer(listen: int) -> str | None:
    """What the child wrote until its end; None where it took too long."""
    end, parts = time.monotonic() + PATIENCE, []
    while select.select([listen], [], [], max(0.0, end - time.monotonic()))[0]:
        part = os.read(listen, 1 << 16)
        if not part:
            return b"".join(parts).decode()
        parts.append(part)
    return None


def _read(entrance: Entrance, path: Path) -> str:
    """What comes of a file, in this process."""
    written: list[str] = []
    sys.addaudithook(lambda event, args: _note(written, path.parent, event, args))
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            entrance.read(path)
        found = READ
    except (ValueError, OSError) as error:
        found = _judge(str(error), path)
    except BaseException:
        found = "another error: " + "".join(traceback.format_exc()[-1500:])
    used = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    if used > MEMORY:
        return f"{used >> 20:,} MiB of memory"
    return f"wrote {written[0]}" if written else found


def _judge(message: str, path: Path) -> str:
    """Whether an error says what is wrong, and with which file."""
    names = [path.stem, str(path.parent), *(each.name for each in path.parent.iterdir())]
    if "Received" in message and any(name in message for name in names) and "\n" not in message and len(message) < 2000:
        return REFUSED
    return f"vague: {message[:1000]}"


def _note(written: list[str], folder: Path, event: str, args: tuple[object, ...]) -> None:
    """Notes what is opened to be written outside of the temporary folders, and programs that are started."""
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        with contextlib.suppress(TypeError):
            name = os.fsdecode(args[0])
            if name != os.devnull and not name.startswith(("/tmp", str(folder))):
                written.append(name)
    elif event in ("os.system", "os.exec", "os.posix_spawn", "socket.connect"):
        written.append(f"{event} {args}")


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}

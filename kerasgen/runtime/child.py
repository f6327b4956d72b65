"""Work on files of strangers in a process of its own: what crashes, hangs or fills the memory there does no harm here."""

from __future__ import annotations

import contextlib
import importlib
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from kerasgen.errors import reason

MEMORY = 2**30  # bytes beside what was imported
SECONDS = 5  # of computing
PATIENCE = 30  # seconds of waiting, on a machine that is busy with other work
_FAILED, _REFUSED = 1, 3  # exit statuses: of what was not to happen, and after an error of the function
_START = f"import json, sys; sys.path[:] = json.loads(sys.argv[1]); from {__name__} import work; work(*json.loads(sys.argv[2]))"


def call_apart(
    module: str, function: str, *arguments: str | int | None, imports: Sequence[str] = (), memory: int = MEMORY
) -> str | None:
    """Calls a function in a child process that has `SECONDS` of computing.

    Args:
        module, function: where it is; it raises to refuse its arguments; its result is not looked at.
        arguments: what it is given.
        imports: modules that the child imports first, which its limits do not count.
        memory: bytes that the function may take.

    Returns:
        None where it returned, else why not: the text of its error, or how the process ended. In a program that was frozen
        into one file, which has no Python to start, the function is called in this process.
    """
    if not sys.executable or getattr(sys, "frozen", False):
        return _refusal(module, function, arguments)
    # Not the working directory, which may be the stranger's.
    places = [str(Path(__file__).parents[2]), *(os.path.abspath(place) for place in sys.path if place)]
    command = [
        sys.executable,
        "-I",
        "-c",
        _START,
        json.dumps(places),
        json.dumps([module, function, arguments, list(imports), memory]),
    ]
    try:
        ended = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return f"no answer after {PATIENCE} seconds"
    if ended.returncode == _REFUSED:
        return ended.stdout.decode("utf-8", "replace").strip()
    return f"its reader crashed, or needed over {SECONDS} seconds or {memory >> 20:,} MiB" if ended.returncode else None


def work(module: str, function: str, arguments: Sequence[str | int | None], imports: Sequence[str], memory: int) -> None:
    """What the child process runs, to its end."""
    status, answer = _FAILED, os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what an engine prints is no answer
    try:
        for name in (*imports, module):
            importlib.import_module(name)
        _limit(memory)
        fault = _refusal(module, function, arguments)
        if fault is not None:
            os.write(answer, fault.encode("utf-8", "replace"))
        status = 0 if fault is None else _REFUSED
    finally:
        os._exit(status)  # however it ended: without waiting for an engine's threads, and without what is registered for exits


def _limit(memory: int) -> None:
    """Limits time and memory, where the system can."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        seconds = math.ceil(time.process_time()) + SECONDS  # those of the imports, which a busy machine stretches, do not count
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _refusal(module: str, function: str, arguments: Sequence[str | int | None]) -> str | None:
    try:
        getattr(importlib.import_module(module), function)(*arguments)
    except MemoryError:
        return "it needs too much memory"
    except Exception as error:  # each library has exceptions of its own
        return reason(error)
    return None

"""Kills of a training, and faults of its disk: what `storm.py` does to a small VAE, and whether anything is lost.

A third of the kills comes at any moment, the rest within 50 ms of a flush of a file that takes another's place: the process
tells of each. The faults of the disk are files that may not grow beyond some size (RLIMIT_FSIZE) and, where the user may mount
one, a file system that fills up at a flush. After each, the same run goes on without them, and all that it leaves must be that
of an undisturbed one.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from kerasgen.files import BESIDE, LOCK, WriteError, sha256
from kerasgen.presets import Card
from kerasgen.presets.card import DataSection, KeepBest, ModelSection, TrainingSection
from kerasgen.training import train

NEAR = 0.05  # seconds after a flush begins
REFUSED = 10  # a child's exit status where an error of ours told of the disk
CARD = Card(
    name="small",
    model=ModelSection(class_="VAE", arguments={"image_shape": (8, 8, 3), "latent_dim": 3, "network": "dense", "hidden": (8,)}),
    data=DataSection(source="face_crops", train="train[:16]", held_out="test[:8]", image_size=8),
    training=TrainingSection(batch_size=8, epochs=5, keep_best=KeepBest(extractor="pixels", every=2)),
)


def run(folder: Path, before: Callable[[], None], told: int | None = None) -> int:
    """Starts a process that trains in a folder and saves a preset there; gives its id. It writes a byte to `told` a flush."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        if told is not None:
            _tell_flushes(told)
        before()
        warnings.simplefilter("ignore")  # few images, as is meant
        train(CARD, folder / "run", verbose=0).save_to_preset(folder / "preset", overwrite=True)
        status = 0
    except WriteError as error:
        status = REFUSED if "Received: /" in str(error) and "\n" not in str(error) else 2
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _tell_flushes(told: int) -> None:
    flush = os.fsync

    def fsync(file: int) -> None:
        os.write(told, b".")
        flush(file)

    os.fsync = fsync


def wait(child: int) -> int:
    """The exit status of a process, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def contents(folder: Path) -> dict[str, str]:
    """What all files of a run hold; of archives the arrays, as their entries have times."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.suffix == ".npz":
            with np.load(path) as file:
                found |= {f"{name}: {key}": value.tobytes().hex() for key, value in file.items()}
        elif path.is_file() and path.name != LOCK:
            found[name] = sha256(path)
    return found


def left_over(folder: Path) -> list[Path]:
    return [path for path in folder.rglob(".*") if BESIDE.match(path.name)]


def verdict(folder: Path, expected: dict[str, str], *, may_leave: bool) -> str:
    """Goes on with a run, and says what came of it."""
    if not may_leave and left_over(folder):
        return "left files"
    if status := wait(run(folder, lambda: None)):
        return f"does not go on ({status})"
    found = contents(folder)
    differing = [name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)]
    return f"differs: {min(differing)}" if differing else "equal"


def kill(folder: Path, rng: random.Random, flushes: int, duration: float, *, near: bool) -> None:
    """Trains until a moment, and kills: near a flush, or anywhere."""
    listen, told = os.pipe()
    child = run(folder, lambda: os.close(listen), told)
    os.close(told)
    if near:
        for _ in range(rng.randrange(1, flushes + 1)):
            if not os.read(listen, 1):
                break
        time.sleep(rng.uniform(0.0, NEAR) * rng.random())  # more often at once
    else:
        time.sleep(rng.uniform(0.0, duration))
    os.kill(child, signal.SIGKILL)
    wait(child)
    os.close(listen)


def limit_files(size: int) -> Callable[[], None]:
    def before() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    return before


def mount(folder: Path) -> bool:
    """Puts a file system of its own on a folder; False where that is not allowed."""
    command = ["mount", "-t", "tmpfs", "-o", "size=80m", "tmpfs", str(folder)]
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0


def fill_disk(ballast: Path, last: int, free: int) -> Callable[[], None]:
    """Fills the file system of a file when the flush number `last` begins, but for some bytes."""

    def before() -> None:
        flush, done = os.fsync, 0

        def fsync(file: int) -> None:
            nonlocal done
            done += 1
            if done == last:
                space = os.statvfs(ballast.parent)
                ballast.write_bytes(bytes(max(0, space.f_bavail * space.f_frsize - free)))
            flush(file)

        os.fsync = fsync

    return before


def try_all(kills: int, faults: int) -> Iterator[tuple[str, str]]:
    """Yields the kind and the outcome of each kill and fault; "equal" where nothing was lost."""
    rng = random.Random(0)
    with tempfile.TemporaryDirectory() as kept:
        reference = Path(kept) / "reference"
        listen, told = os.pipe()
        begin = time.monotonic()
        assert wait(run(reference, lambda: None, told)) == 0
        duration = time.monotonic() - begin
        os.close(told)
        flushes = len(os.read(listen, 1 << 16))
        expected = contents(reference)
        largest = max(path.stat().st_size for path in reference.rglob("*") if path.is_file())
        print(f"undisturbed: {duration:.1f} s, {flushes} flushes, {len(expected)} files and arrays")
        for index in range(kills):
            folder, near = Path(kept) / "killed", index % 3 > 0
            kill(folder, rng, flushes, duration, near=near)
            yield "killed near a flush" if near else "killed anywhere", verdict(folder, expected, may_leave=True)
            shutil.rmtree(folder)
        for index in range(faults):
            folder = Path(kept) / "full"
            folder.mkdir()
            mounted, ballast = index % 2 and mount(folder), folder / "ballast"
            before = limit_files(rng.randrange(largest))
            if mounted:
                before = fill_disk(ballast, rng.randrange(1, flushes + 1), rng.randrange(largest))
            status = wait(run(folder, before))
            ballast.unlink(missing_ok=True)
            found = verdict(folder, expected, may_leave=False)
            kind = "full file system" if mounted else "files that may not grow"
            yield kind, found if status in (0, REFUSED) else f"ended with {status}"
            if mounted:
                subprocess.run(["umount", str(folder)], check=True)
            shutil.rmtree(folder)

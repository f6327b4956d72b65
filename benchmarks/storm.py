"""`python benchmarks/storm.py`: damaged files, kills and faults of the disk by the hundreds; writes STORM.md.

`tests/storm` damages the files, `storm_training.py` kills.
"""

from __future__ import annotations

import argparse
import collections
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import storm_training
from storm.entrances import ENTRANCES
from storm.trial import READ, REFUSED, trial

RESULT = Path(__file__).with_name("STORM.md")
PICTURES = ("picture", "records")
GOOD = (READ, REFUSED, "equal")


def damaged(names: list[str], count: int) -> Iterator[tuple[str, str]]:
    """Yields the entrance and the outcome of so many damaged files, each entrance in turn."""
    for index in range(count):
        with tempfile.TemporaryDirectory() as folder:
            name = names[index % len(names)]
            found = trial(name, Path(folder), index)
        if found not in GOOD:
            print(f"{name}, seed {index}: {found}", flush=True)
        yield name, found if found in GOOD else found.split(":")[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1200)
    parser.add_argument("--pictures", type=int, default=600)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--faults", type=int, default=100)
    parser.add_argument("--output", type=Path, default=RESULT)
    options = parser.parse_args()
    files: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for names, count in (([name for name in ENTRANCES if name not in PICTURES], options.files), (PICTURES, options.pictures)):
        for kind, found in damaged(names, count):
            files[kind][found] += 1
    runs: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for kind, found in storm_training.try_all(options.kills, options.faults):
        runs[kind][found] += 1
        if found not in GOOD:
            print(kind, found, flush=True)
    write(files, runs, options.output)


def write(files: dict[str, collections.Counter[str]], runs: dict[str, collections.Counter[str]], path: Path) -> None:
    """Writes the tables."""
    lines = [
        "# Storm",
        "",
        "Written by `python benchmarks/storm.py`.",
        "",
        "Damaged files: bytes that change, JSON with values that nobody expects, and what describes the file, as its sha256,",
        "made to agree. Refused: an error of one line that names the file and says what was received, within 5 seconds of",
        "computing and 1 GiB; nothing else was written, the files are as before, and no process crashed.",
        "",
        *table(files, (REFUSED, READ)),
        "",
        "Training: runs of a small VAE that were killed, or whose disk failed, once they have gone on. Equal: all files",
        "(arrays of checkpoints, log, grids, best weights, preset) are those of an undisturbed run, and nothing else lies",
        "there; an error of the disk was one line that names the path.",
        "",
        *table(runs, ("equal",)),
        "",
    ]
    path.write_text("\n".join(lines), "utf-8")
    print("\n".join(lines))


def table(results: dict[str, collections.Counter[str]], good: tuple[str, ...]) -> list[str]:
    """A line a kind."""
    lines = [f"| | tried | {' | '.join(good)} | else |", "|---|---|" + "---|" * len(good) + "---|"]
    for kind, found in results.items():
        others = ", ".join(f"{count} {name}" for name, count in found.items() if name not in good)
        lines.append(f"| {kind} | {found.total()} | {' | '.join(str(found[name]) for name in good)} | {others or 0} |")
    return lines


if __name__ == "__main__":
    main()

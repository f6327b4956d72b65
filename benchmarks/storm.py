"""`python benchmarks/storm.py [files] [training]`: damages files, kills runs and fills their disk, by the hundreds.

It writes STORM.md.

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


def files(options: argparse.Namespace) -> list[str]:
    """Damages files."""
    results: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    others = [name for name in ENTRANCES if name not in PICTURES]
    for names, count in ((others, options.files), (PICTURES, options.pictures)):
        for kind, found in damaged(names, count):
            results[kind][found] += 1
    return [
        "Bytes that change, JSON with values that nobody expects, and what describes the file, as its sha256, made to agree.",
        "Refused: an error of one line that names the file and says what was received, within 5 seconds of computing and",
        "1 GiB; nothing else was written, the files are as before, and no process crashed.",
        "",
        *table(results, (REFUSED, READ)),
    ]


def training(options: argparse.Namespace) -> list[str]:
    """Kills runs, and takes their disk."""
    results: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for kind, found in storm_training.try_all(options.kills, options.faults):
        results[kind][found] += 1
        if found not in GOOD:
            print(kind, found, flush=True)
    return [
        "Runs of a small VAE that were killed, or whose disk failed, once they have gone on. Equal: all files (arrays of",
        "checkpoints, log, grids, best weights, preset) are those of an undisturbed run, and nothing else lies there; an error",
        "of the disk was one line that names the path.",
        "",
        *table(results, ("equal",)),
    ]


SECTIONS = {"files": files, "training": training}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"{' or '.join(SECTIONS)}; both otherwise")
    parser.add_argument("--files", type=int, default=1200)
    parser.add_argument("--pictures", type=int, default=600)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--faults", type=int, default=100)
    parser.add_argument("--output", type=Path, default=RESULT)
    options = parser.parse_args()
    if unknown := set(options.sections) - set(SECTIONS):
        parser.error(f"Sections are {', '.join(SECTIONS)}. Received: {', '.join(unknown)}.")
    _, *parts = options.output.read_text("utf-8").split("\n## ") if options.output.is_file() else [""]
    found = dict(part.split("\n", 1) for part in parts)
    for name in options.sections or SECTIONS:
        found[name] = "\n" + "\n".join(SECTIONS[name](options)) + "\n"
        print(found[name])
    text = "".join(f"\n## {name}\n{found[name]}" for name in SECTIONS if name in found)
    options.output.write_text(f"# Storm\n\nWritten by `python benchmarks/storm.py`.\n{text}", "utf-8")


def table(results: dict[str, collections.Counter[str]], good: tuple[str, ...]) -> list[str]:
    """A line a kind."""
    lines = [f"| | tried | {' | '.join(good)} | else |", "|---|---|" + "---|" * len(good) + "---|"]
    for kind, found in results.items():
        others = ", ".join(f"{count} {name}" for name, count in found.items() if name not in good)
        lines.append(f"| {kind} | {found.total()} | {' | '.join(str(found[name]) for name in good)} | {others or 0} |")
    return lines


if __name__ == "__main__":
    main()

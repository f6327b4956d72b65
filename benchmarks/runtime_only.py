"""`python benchmarks/runtime_only.py`: the size of `pip install "kerasgen[runtime]"` and the time to an image; RUNTIME.md.

A wheel goes into a fresh virtual environment in a temporary folder: megabytes installed, by distribution, and seconds from a
process's start to its first image on the disk. So does `kerasgen[onnx]`. Wants a package index and TensorFlow.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"

import numpy as np
from kerasgen.export import export
from PIL import Image

from kerasgen import runtime
from kerasgen.images import to_uint8

ROOT = Path(__file__).parent.parent
PRESET = "dcgan_portraits"
EXTRAS = {"runtime": "tflite", "onnx": "onnx"}  # and the files that it runs
LEFT_OUT = ("build", "dist", "runs", "__pycache__")
RUNS = 11
LIMITS = {"size": 150.0, "start": 0.7}  # MB, seconds
ABSENT = ("keras", "tensorflow", "jax", "torch", "scipy", "sklearn", "typer")

# Runs in the fresh environment: bytes of every distribution, with compiled Python and without, kerasgen's by what they are;
# what is there and should not be.
INVENTORY = """
import importlib.metadata as metadata, importlib.util, json, sys

def kind(file):
    parts = file.parts
    return "kerasgen: web page" if parts[:3] == ("kerasgen", "export", "web") else "kerasgen: code and cards"

sizes = {}
for distribution in metadata.distributions():
    name = distribution.metadata["Name"]
    if name in ("pip", "setuptools"):
        continue
    for file in distribution.files:
        path = file.locate()
        label = kind(file) if name == "kerasgen" else name
        size = path.stat().st_size if path.is_file() else 0
        all_of_it, source = sizes.get(label, (0, 0))
        sizes[label] = all_of_it + size, source + (0 if file.suffix == ".pyc" else size)
print(json.dumps({"sizes": sizes, "present": [name for name in sys.argv[1:] if importlib.util.find_spec(name)]}))
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        wheel = build(folder)
        found = {extra: measure(wheel, extra, kind, folder) for extra, kind in EXTRAS.items()}
    report = "\n".join(lines(found)) + "\n"
    print(report)
    Path(__file__).with_name("RUNTIME.md").write_text(report, "utf-8")


def measure(wheel: Path, extra: str, kind: str, folder: Path) -> dict:
    """Bytes by distribution ("sizes") and seconds to an image ("starts") of an environment that has an extra alone."""
    python = install(wheel, extra, folder)
    command = [python, "-c", INVENTORY, *ABSENT]
    inventory = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder).stdout)
    if inventory["present"]:
        raise RuntimeError(f"A runtime-only environment has none of {ABSENT}. Received: {inventory['present']}.")
    starts = seconds_to_image(python, export(PRESET, folder / f"faces.{kind}"), folder)
    return {"sizes": inventory["sizes"], "starts": starts}


def build(folder: Path) -> Path:
    """The wheel of this checkout."""
    copy = folder / "checkout"  # setuptools leaves a build folder, and takes deleted files from an old one
    shutil.copytree(ROOT, copy, ignore=lambda at, names: [name for name in names if name[0] == "." or name in LEFT_OUT])
    subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, copy], check=True)
    return next(folder.glob("kerasgen-*.whl"))


def install(wheel: Path, extra: str, folder: Path) -> Path:
    """A fresh environment with an extra of the wheel; gives its Python."""
    venv.create(folder / extra, with_pip=True)
    python = folder / extra / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", f"{wheel}[{extra}]"], check=True, cwd=folder)
    return python


def seconds_to_image(python: Path, file: Path, folder: Path) -> list[float]:
    """From a process's start to its end, the PNG written; the first run, which compiled nothing before, is left out."""
    times = []
    for _ in range(RUNS + 1):
        image_file = folder / "face.png"
        start = time.perf_counter()
        command = [python, "-m", "kerasgen.runtime", file, "-n", "1", "--seed", "0", "-o", image_file]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
        with Image.open(image_file) as sampled:
            expected = to_uint8(runtime.load(file).sample(1, 0)[0])
            if np.abs(np.asarray(sampled).astype(int) - expected).max() > 1:
                raise RuntimeError(f"The image must be the one that is sampled here. Received another from {file.name}.")
        image_file.unlink()
    return sorted(times[1:])


def lines(found: dict[str, dict]) -> list[str]:
    result = [
        "# The runtime alone",
        "",
        "Written by `python benchmarks/runtime_only.py`: an extra of kerasgen in a fresh environment, which has none of "
        f"{', '.join(ABSENT)}. MB are 1e6 bytes; pip itself is left out. The second number is that of `pip install "
        "--no-compile`. Seconds are those from a process's start to the image on the disk (`python -m kerasgen.runtime "
        f"FILE -n 1`, `{PRESET}`, {RUNS} runs, {os.cpu_count()} cores under a load of {os.getloadavg()[0]:.1f}, the "
        "runs' own in it).",
    ]
    for extra, kind in EXTRAS.items():
        sizes = {label: np.array(both) / 1e6 for label, both in found[extra]["sizes"].items()}
        result += [
            "",
            f'## `pip install "kerasgen[{extra}]"`, for `.{kind}` files',
            "",
            "| installed | MB | without compiled Python |",
            "|---|---|---|",
        ]
        for label, mb in sorted(sizes.items(), key=lambda item: -item[1][0]):
            if mb[0] >= 0.05:
                result.append(f"| {label} | {mb[0]:.1f} | {mb[1]:.1f} |")
        every, source = sum(sizes.values())
        times = found[extra]["starts"]
        median = float(np.median(times))
        result += [
            f"| **all** | {every:.1f} ({verdict(every, 'size')}) | {source:.1f} ({verdict(source, 'size')}) |",
            "",
            f"First image: fastest {times[0]:.2f} s, median {median:.2f} s ({verdict(median, 'start')}), slowest "
            f"{times[-1]:.2f} s.",
        ]
    return result


def verdict(value: float, limit: str) -> str:
    return f"limit {LIMITS[limit]:g}: {'met' if value < LIMITS[limit] else 'missed'}"


if __name__ == "__main__":
    main()

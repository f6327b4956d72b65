"""`python benchmarks/runtime_only.py`: what `pip install "kerasgen[runtime]"` brings, and how soon it draws; writes RUNTIME.md.

A wheel goes into a fresh virtual environment in a temporary folder: megabytes installed, by distribution, and seconds from a
process's start to its first picture on the disk, for an ONNX and a LiteRT file. Wants a package index and TensorFlow.
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
from PIL import Image

ROOT = Path(__file__).parent.parent
PRESET = "dcgan_portraits"
FORMATS = {"onnx": ("onnxruntime", "onnx"), "tflite": ("ai-edge-litert", "litert")}  # its runtime, and kerasgen's extra
LEFT_OUT = ("build", "dist", "runs", "__pycache__")
RUNS = 11
LIMITS = {"size": 150.0, "start": 0.7}  # MB, seconds
ABSENT = ("keras", "tensorflow", "jax", "torch", "scipy", "sklearn", "typer")

# Runs in the fresh environment: bytes of every distribution, with compiled Python and without, kerasgen's by what they are;
# what each runtime needs; what is there and should not be.
INVENTORY = """
import importlib.metadata as metadata, importlib.util, json, re, sys

def name_of(text):
    return re.split(r"[^A-Za-z0-9._-]", text)[0].lower().replace("_", "-").replace(".", "-")

def kind(file):
    parts = file.parts
    return "kerasgen: web page" if parts[:3] == ("kerasgen", "export", "web") else "kerasgen: code and cards"

def closure(names):
    found, todo = set(), list(names)
    while todo:
        name = todo.pop()
        if name not in found and name in needs:
            found.add(name)
            todo += needs[name]
    return sorted(found)

sizes, needs = {}, {}
for distribution in metadata.distributions():
    name = name_of(distribution.metadata["Name"])
    if name in ("pip", "setuptools"):
        continue
    needs[name] = [name_of(text) for text in distribution.requires or () if "extra ==" not in text]
    for file in distribution.files:
        path = file.locate()
        label = kind(file) if name == "kerasgen" else name
        size = path.stat().st_size if path.is_file() else 0
        all_of_it, source = sizes.get(label, (0, 0))
        sizes[label] = all_of_it + size, source + (0 if file.suffix == ".pyc" else size)
print(json.dumps({"sizes": sizes, "needs": {name: closure([name, *needs["kerasgen"]]) for name in sys.argv[2:]},
                  "present": [name for name in sys.argv[1].split(",") if importlib.util.find_spec(name)]}))
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        python = install(folder)
        files = export_files(folder)
        command = [python, "-c", INVENTORY, ",".join(ABSENT), *(runtime for runtime, _ in FORMATS.values())]
        inventory = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder).stdout)
        if inventory["present"]:
            raise RuntimeError(f"A runtime-only environment has none of {ABSENT}. Received: {inventory['present']}.")
        starts = {kind: seconds_to_picture(python, file, folder) for kind, file in files.items()}
    report = "\n".join(lines(inventory, starts)) + "\n"
    print(report)
    Path(__file__).with_name("RUNTIME.md").write_text(report, "utf-8")


def install(folder: Path) -> Path:
    """A fresh environment with the wheel of this checkout and its extra `runtime`; gives its Python."""
    copy = folder / "checkout"  # setuptools leaves a build folder, and takes deleted files from an old one
    shutil.copytree(ROOT, copy, ignore=lambda at, names: [name for name in names if name[0] == "." or name in LEFT_OUT])
    subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, copy], check=True)
    venv.create(folder / "env", with_pip=True)
    python = folder / "env" / "bin" / "python"
    wheel = next(folder.glob("kerasgen-*.whl"))
    subprocess.run([python, "-m", "pip", "install", "-q", f"{wheel}[runtime]"], check=True, cwd=folder)
    return python


def export_files(folder: Path) -> dict[str, Path]:
    from kerasgen.export import export

    return {kind: export(PRESET, folder / f"faces.{kind}") for kind in FORMATS}


def seconds_to_picture(python: Path, file: Path, folder: Path) -> list[float]:
    """From a process's start to its end, the PNG written; the first run, which compiled nothing before, is left out."""
    from kerasgen import runtime
    from kerasgen.images import to_uint8

    times = []
    for _ in range(RUNS + 1):
        picture = folder / "face.png"
        start = time.perf_counter()
        command = [python, "-m", "kerasgen.runtime", file, "-n", "1", "--seed", "0", "-o", picture]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
        with Image.open(picture) as drawn:
            expected = to_uint8(runtime.load(file).sample(1, 0)[0])
            if np.abs(np.asarray(drawn).astype(int) - expected).max() > 1:
                raise RuntimeError(f"The picture must be the one that is drawn here. Received another from {file.name}.")
        picture.unlink()
    return sorted(times[1:])


def lines(inventory: dict, starts: dict[str, list[float]]) -> list[str]:
    sizes = {label: np.array(both) / 1e6 for label, both in inventory["sizes"].items()}
    result = ["# The runtime alone", "",
              'Written by `python benchmarks/runtime_only.py`: `pip install "kerasgen[runtime]"` in a fresh environment, which '
              f"has none of {', '.join(ABSENT)}. MB are 1e6 bytes; pip itself is left out. The second figure is that of "
              "`pip install --no-compile`.", "", "| installed | MB | without compiled Python |", "|---|---|---|"]
    result += [f"| {label} | {mb[0]:.1f} | {mb[1]:.1f} |" for label, mb in sorted(sizes.items(), key=lambda item: -item[1][0])
               if mb[0] >= 0.05]
    result.append(size_row("**all**", sum(sizes.values())))
    for kind, (package, extra) in FORMATS.items():
        needed = [*(label for label in sizes if label.startswith("kerasgen")), *inventory["needs"][package]]
        result.append(size_row(f"`kerasgen[{extra}]`, what `.{kind}` files need: {', '.join(needed)}",
                               sum(sizes[name] for name in needed if name in sizes)))
    result += ["", f"Seconds from a process's start to the picture on the disk (`python -m kerasgen.runtime faces.onnx -n 1`, "
               f"`{PRESET}`, {RUNS} runs, {os.cpu_count()} cores under a load of "
               f"{os.getloadavg()[0]:.1f}, the runs' own in it):", "",
               "| file | fastest | median | slowest | |", "|---|---|---|---|---|"]
    for kind, times in starts.items():
        median = float(np.median(times))
        result.append(f"| `.{kind}` | {times[0]:.2f} | {median:.2f} | {times[-1]:.2f} | {verdict(median, 'start')} |")
    return result


def size_row(label: str, mb) -> str:
    return f"| {label} | {mb[0]:.1f} ({verdict(mb[0], 'size')}) | {mb[1]:.1f} ({verdict(mb[1], 'size')}) |"


def verdict(value: float, limit: str) -> str:
    return f"limit {LIMITS[limit]:g}: {'met' if value < LIMITS[limit] else 'missed'}"


if __name__ == "__main__":
    main()

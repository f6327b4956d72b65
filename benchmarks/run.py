"""`python benchmarks/run.py`: training throughput and latency against plain PyTorch and pythae, into RESULTS.md.

A name of `SECTIONS` after it, such as `Training` or `Bfloat16`, measures that part alone and leaves the others as they are;
without any all but `GPU`, which wants an NVIDIA card, JAX and PyTorch that use it, and no TensorFlow. Besides the extra "test"
the first needs `pip install pythae`. The ways of training take turns in one run, each in a process of its own, which waits
while the others measure.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import importlib.util
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from training_worker import CASES, GPU, STYLES, TRANSLATORS

HERE = Path(__file__).parent
SYSTEMS = {
    "kerasgen, TensorFlow with XLA": {"system": "kerasgen", "backend": "tensorflow", "jit": True},
    "kerasgen, TensorFlow without XLA": {"system": "kerasgen", "backend": "tensorflow", "jit": False},
    "kerasgen, JAX": {"system": "kerasgen", "backend": "jax"},
    "kerasgen, torch": {"system": "kerasgen", "backend": "torch"},
    "pythae": {"system": "pythae"},
    "PyTorch eager": {"system": "torch", "variant": "eager"},
    "PyTorch channels_last": {"system": "torch", "variant": "channels_last"},
    "PyTorch bfloat16": {"system": "torch", "variant": "channels_last", "bfloat16": True},
}
IN_BFLOAT16 = {
    "kerasgen, TensorFlow without XLA": {"system": "kerasgen", "backend": "tensorflow", "jit": False, "bfloat16": True},
    "kerasgen, torch": {"system": "kerasgen", "backend": "torch", "bfloat16": True},
    "PyTorch channels_last": {"system": "torch", "variant": "channels_last", "bfloat16": True},
    "PyTorch torch.compile": {"system": "torch", "variant": "compile", "bfloat16": True},
    "PyTorch channels_last, float32": {"system": "torch", "variant": "channels_last"},
}
ON_GPU = {
    "kerasgen, JAX": {"system": "kerasgen", "backend": "jax"},
    "PyTorch eager": {"system": "torch", "variant": "eager", "device": "cuda"},
    "PyTorch channels_last": {"system": "torch", "variant": "channels_last", "device": "cuda"},
    "PyTorch torch.compile": {"system": "torch", "variant": "compile", "device": "cuda"},
}
WITHOUT = {  # what cases whose names begin so are not measured on: pythae has no GAN, its own network is compared with it alone
    "DCGAN": ("pythae",),
    "WGAN-GP": ("pythae", "PyTorch bfloat16"),
    "SNGAN": ("pythae", "PyTorch bfloat16"),
    "StyleGAN": ("pythae", "PyTorch bfloat16", "kerasgen, TensorFlow with XLA"),  # XLA refuses its lazy penalty
    "dense": ("PyTorch eager", "PyTorch channels_last", "PyTorch bfloat16"),
    **dict.fromkeys(("pix2pix", "CycleGAN"), ("pythae", "PyTorch bfloat16")),
    **dict.fromkeys(("pix2pix 256", "CycleGAN 256"), ("kerasgen, TensorFlow with XLA", "kerasgen, JAX")),
}
ROUNDS = 4
PACKAGES = ("keras", "tensorflow", "jax", "torch", "pythae", "onnxruntime", "ai-edge-litert")


def systems_of(case: str) -> dict[str, dict]:
    """The contenders of a case without any of their own."""
    left_out = {name for beginning, names in WITHOUT.items() if case.startswith(beginning) for name in names}
    return {name: system for name, system in SYSTEMS.items() if name not in left_out}


def measure(case: str, systems: dict[str, dict]) -> dict[str, float]:
    """Median images/s of each system; one that does not start is left out, and printed with its error."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
    workers, errors = {}, {}
    for name, system in systems.items():
        command = [sys.executable, str(HERE / "training_worker.py"), case, json.dumps(system)]
        errors[name] = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed with the process)
        workers[name] = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors[name], text=True, env=environment
        )
    for name in list(workers):
        if workers[name].stdout.readline().strip() != "ready":
            errors[name].seek(0)
            print(f"{case}: {name} does not start: {errors[name].read()[-3000:]}", flush=True)
            workers.pop(name).wait()
    rates = {name: [] for name in workers}
    for turn in range(ROUNDS):
        best = max((np.median(values) for values in rates.values() if values), default=0.0)
        for name, worker in workers.items():
            if turn and rates[name][0] < best / 3:
                continue  # hopeless: one turn is enough
            worker.stdin.write("go\n")
            worker.stdin.flush()
            rates[name].append(float(worker.stdout.readline()))
    for worker in workers.values():
        worker.stdin.close()
        worker.wait()
    rates = {name: float(np.median(values)) for name, values in rates.items()}
    print(case, {name: round(rate) for name, rate in rates.items()}, flush=True)
    return rates


def processor() -> str:
    """The CPU's name and flags that decide about convolutions."""
    text = Path("/proc/cpuinfo").read_text("utf-8") if Path("/proc/cpuinfo").exists() else ""
    name = next(
        (line.split(":")[1].strip() for line in text.splitlines() if line.startswith("model name")), platform.processor()
    )
    flags = [flag for flag in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if f" {flag}" in text]
    return f"{name}, {os.cpu_count()} cores, {' '.join(flags)}"


def table(rates: dict[str, dict[str, float]]) -> list[str]:
    """Rates and ratios of each system in each case."""
    lines = ["| | " + " | ".join(rates) + " |", "|---|" + "---|" * len(rates)]
    for name in dict.fromkeys((*SYSTEMS, *IN_BFLOAT16, *ON_GPU)):
        cells = []
        for found in rates.values():
            best = max(rate for other, rate in found.items() if not other.startswith("kerasgen"))
            cells.append(f"{found[name]:.3g} ({found[name] / best:.2f})" if name in found else "")
        lines += [f"| {name} | " + " | ".join(cells) + " |"] if any(cells) else []
    return [*lines, ""]


def training(cases: Iterable[str], systems: dict[str, dict] | None = None) -> list[str]:
    return [
        f"Images/s (median of {ROUNDS} turns of 2 to 64 batches; what is three times slower has one). The ratio is to the "
        "best of plain PyTorch and pythae with the same networks.",
        "",
        *table({case: measure(case, systems or systems_of(case)) for case in cases}),
    ]


def on_gpu() -> list[str]:
    card = subprocess.run(
        ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.strip()
    return [f"On one {card}.", "", *training(GPU, ON_GPU)]


def sampling() -> list[str]:
    found = json.loads(
        subprocess.run(
            [sys.executable, str(HERE / "latency.py"), "dcgan_portraits"], check=True, stdout=subprocess.PIPE, text=True
        ).stdout.splitlines()[-1]
    )
    ratio = found["kerasgen `sample`"]["1"] / found["Keras `predict_on_batch`"]["1"]
    return [
        "Milliseconds with `dcgan_portraits` (median, in turn).",
        "",
        "| | 1 image | 64 images |",
        "|---|---|---|",
        *(f"| {name} | {values['1']:.1f} | {values['64']:.1f} |" for name, values in found.items()),
        "",
        f"`sample(1)` costs {ratio:.2f} times `predict_on_batch`.",
        "",
    ]


BOTH = ("DCGAN 28x28x1", "DCGAN 64x64x3", "VAE 64x64x3", "StyleGAN 64x64x3", "pix2pix 64x64x3", "CycleGAN 64x64x3")
SECTIONS = {
    "Training": lambda: training(CASES),
    "Bfloat16": lambda: training(BOTH, IN_BFLOAT16),
    "Styles": lambda: training(STYLES),
    "GPU": on_gpu,
    "Translators": lambda: training(TRANSLATORS),
    "Sampling": sampling,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("sections", nargs="*", help=f"Of {', '.join(SECTIONS)}; all otherwise.")
    chosen = parser.parse_args().sections or [name for name in SECTIONS if name != "GPU"]
    if unknown := set(chosen) - set(SECTIONS):
        parser.error(f"Sections are {', '.join(SECTIONS)}. Received: {', '.join(unknown)}.")
    file = HERE / "RESULTS.md"
    _, *parts = file.read_text("utf-8").split("\n## ") if file.is_file() else [""]
    found = {name: text.strip("\n") for name, text in (part.split("\n", 1) for part in parts)}
    machine = (
        f"{datetime.date.today()}; {processor()}; "
        + ", ".join(
            f"{package} {importlib.metadata.version(package)}"
            for package in PACKAGES
            if importlib.util.find_spec(package.replace("-", "_"))
        )
        + "."
    )
    for name in chosen:
        found[name] = "\n".join([machine, "", *SECTIONS[name]()]).strip("\n")
    lines = ["# Results", "", "Written by `python benchmarks/run.py`.", ""]
    for name in SECTIONS:
        lines += [f"## {name}", "", found[name], ""] if name in found else []
    file.write_text("\n".join(lines), "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()

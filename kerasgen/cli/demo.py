"""`kerasgen demo`: from the zoo's faces to files that run without TensorFlow, then a small VAE and a web page."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from rich.console import Console
from rich.table import Table

from kerasgen import data, presets, runtime
from kerasgen.callbacks import StopAfter
from kerasgen.cli.terminal import waiting
from kerasgen.evaluation.single_images import single_images
from kerasgen.export import export, verify, web
from kerasgen.images import COLUMNS, interleave, make_grid, save_png
from kerasgen.models import DCGAN, VAE
from kerasgen.runtime.quiet import quiet_stderr

PRESET = "dcgan_portraits"
N, SEED = 64, 0
T = TypeVar("T")


def run(folder: Path, seconds: float, console: Console) -> None:
    """Writes image grids and exported files to `folder`, creating it, and reports each step; the VAE trains for `seconds`."""
    folder.mkdir(parents=True, exist_ok=True)
    table = Table("step", "time", "result", title="from the zoo to verified files")
    with waiting(f"{N} faces by Keras"):
        model = presets.load(PRESET)
        images = _timed(table, f"{PRESET}: {N} faces by Keras", lambda: model.sample(N, seed=SEED))
    grid = save_png(folder / "faces.png", make_grid(images))
    files = [folder / f"{PRESET}.{suffix}" for suffix in ("onnx", "tflite")]
    for file in files:
        with waiting(f"exporting {file.name}"), quiet_stderr():  # converters and engines tell of their work
            _export(table, file, model, images)
    console.print(table)
    console.print(f"A small VAE: {seconds:.0f} seconds of model.fit on the portraits that kerasgen brings")
    reconstructions = save_png(folder / "reconstructions.png", _train_vae(seconds))
    console.print("A web page that generates faces in the browser, from all presets of the portraits")
    with waiting("exporting the page's models"), quiet_stderr():  # TensorFlow warns of many models in one process
        site = web.build_site(None, folder / "site", overwrite=True)
    console.print(
        f"faces: {grid}\nfiles: {', '.join(map(str, files))}\n"
        f"reconstructions, each below its portrait: {reconstructions}\n{web.how_to_open(site)}",
        soft_wrap=True,
    )


def _export(table: Table, file: Path, model: DCGAN, images: np.ndarray) -> None:
    """Exports the model, verifies the file and samples from it, here and in a new process."""
    _timed(table, f"export {file.name}", lambda: export(model, file, overwrite=True), lambda _: f"{_megabytes(file):.1f} MB")
    _timed(table, f"verify {file.name}", lambda: verify(file, model), lambda report: _difference(report.max_abs_error))
    session = runtime.load(file)
    _timed(
        table,
        f"{N} faces by {file.name}",
        lambda: session.sample(N, seed=SEED),
        lambda samples: _difference(np.abs(samples - images).max()),
    )
    output = file.with_name(f"faces_{file.suffix[1:]}.png")
    command = [sys.executable, "-m", "kerasgen.runtime", str(file), "-n", str(N), "--seed", str(SEED), "-o", str(output)]
    _timed(
        table,
        "the same in a new process",
        lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL),
        lambda _: "from start to PNG, without Keras and TensorFlow",
    )


def _train_vae(seconds: float) -> np.ndarray:
    """Gives a grid of held-out portraits and their reconstructions."""
    train = data.load("portraits", mirror=True)
    vae = VAE(image_shape=train.image_shape, latent_dim=32, channels=16, likelihood="gaussian")
    vae.compile()
    vae.fit(train, epochs=1000, verbose=2, callbacks=[StopAfter(seconds)])
    images = single_images(data.load("portraits", "test"), slice(32))
    return make_grid(interleave(images, vae.reconstruct(images), columns=2 * COLUMNS), columns=2 * COLUMNS)


def _timed(table: Table, step: str, action: Callable[[], T], describe: Callable[[T], str] = lambda _: "") -> T:
    start = time.perf_counter()
    result = action()
    table.add_row(step, f"{time.perf_counter() - start:.2f} s", describe(result))
    return result


def _megabytes(file: Path) -> float:
    return file.stat().st_size / 1e6


def _difference(largest: float) -> str:
    return f"largest difference from Keras {largest:.1e}"

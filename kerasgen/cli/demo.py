"""The main job in one go, for `kerasgen demo`: from the zoo's faces to files that run without TensorFlow."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from kerasgen import data, presets, runtime
from kerasgen.callbacks import StopAfter
from kerasgen.export import export, verify, web
from kerasgen.images import make_grid, save_png
from kerasgen.models import VAE
from kerasgen.runtime.quiet import quiet_stderr

PRESET = "dcgan_portraits"


def run(folder: Path, seconds: float, console: Console) -> None:
    """Writes sheets and exported files to `folder` and tells of each step.

    Raises ValueError if `folder` cannot be made or `seconds` is not positive.
    """
    if seconds <= 0 or (folder.exists() and not folder.is_dir()):
        raise ValueError(f"The demo needs a folder and a positive time. Received: {folder}, {seconds} seconds.")
    folder.mkdir(parents=True, exist_ok=True)
    model = presets.load(PRESET)
    table = Table("step", "time", "result", title="from the zoo to verified files")
    images = _timed(table, f"{PRESET}: 64 faces by Keras", lambda: model.sample(64, seed=0))
    faces = save_png(folder / "faces.png", make_grid(images))
    for suffix in ("onnx", "tflite"):
        path = folder / f"{PRESET}.{suffix}"
        _timed(
            table,
            f"export {path.name}",
            lambda path=path: export(model, path, overwrite=True),
            lambda made: f"{made.stat().st_size / 1e6:.1f} MB",
        )
        _timed(
            table,
            f"verify {path.name}",
            lambda path=path: verify(path, model),
            lambda report: f"largest difference from Keras {report.max_abs_error:.1e}",
        )
        session = runtime.load(path)
        _timed(
            table,
            f"64 faces by {path.name}",
            lambda session=session: session.sample(64, seed=0),
            lambda drawn: f"largest difference from Keras {np.abs(drawn - images).max():.1e}",
        )
        command = [
            sys.executable,
            "-m",
            "kerasgen.runtime",
            str(path),
            "-n",
            "64",
            "--seed",
            "0",
            "-o",
            str(folder / f"faces_{suffix}.png"),
        ]
        _timed(
            table,
            "the same in a new process",
            lambda command=command: subprocess.run(command, check=True, stdout=-3),
            lambda _: "start to PNG, without Keras and TensorFlow",
        )
    console.print(table)
    console.print(f"A small VAE: {seconds:.0f} seconds of model.fit on the embedded portraits")
    pictures = _train_vae(seconds)
    console.print("A page that draws faces in the browser, of all presets of the portraits")
    with quiet_stderr():  # TensorFlow warns of many models in one process
        site = web.build_site(None, folder / "site", overwrite=True)
    console.print(
        f"faces: {faces}\nfiles: {', '.join(str(p) for p in sorted(folder.glob(PRESET + '.*')))}\n"
        f"reconstructions, each below its portrait: {save_png(folder / 'reconstructions.png', pictures)}\n"
        f"{web.how_to_open(site)}",
        soft_wrap=True,
    )


def _train_vae(seconds: float) -> np.ndarray:
    train = data.load("portraits", mirror=True)
    test = data.load("portraits", "test")
    vae = VAE(train.image_shape, latent_dim=32, channels=16, likelihood="gaussian")
    vae.compile()
    vae.fit(train, epochs=1000, verbose=2, callbacks=[StopAfter(seconds)])
    rows = np.split(test.images()[:32], 2)
    return make_grid(np.concatenate([part for row in rows for part in (row, vae.reconstruct(row))]), columns=16)


def _timed(table: Table, step: str, action: Callable, tell: Callable = lambda _: ""):
    start = time.perf_counter()
    result = action()
    table.add_row(step, f"{time.perf_counter() - start:.2f} s", tell(result))
    return result

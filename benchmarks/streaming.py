"""Memory while files stream: an epoch of a folder of photographs of one megapixel, through what `kerasgen train` loads them by.

    python benchmarks/streaming.py --files 100000

It makes a few distinct JPEGs in a temporary folder and links them to as many names as asked for. With `--look` it decodes all
files once, as `kerasgen train` does before it trains. Then it reads an epoch at 64 pixels, or its first images, removes the
folder, and adds a table to `STREAMING.md`.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

DISTINCT = 64  # photographs, each under many names
SIDES = 864, 1152  # pixels: one million
IN_A_FOLDER = 1000
SIDE, BATCH = 64, 64
ROWS = (1_000, 5_000, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 80_000, 100_000)
TARGET = Path(__file__).with_name("STREAMING.md")


def make_files(folder: Path, count: int) -> int:
    """Writes the photographs and links `count` names to them; gives the bytes of all names together."""
    rng = np.random.default_rng(0)
    total = 0
    originals = []
    for index in range(DISTINCT):
        coarse = rng.integers(0, 256, (27, 36, 3), dtype="uint8")
        image = np.asarray(Image.fromarray(coarse).resize(SIDES[::-1], Image.Resampling.BICUBIC)).astype("float32")
        image += rng.normal(0.0, 8.0, image.shape)  # as a camera's
        path = folder / f"original_{index}.bin"
        Image.fromarray(np.clip(image, 0, 255).astype("uint8")).save(path, "JPEG", quality=85)
        originals.append(path)
    for index in range(count):
        below = folder / "photos" / f"{index // IN_A_FOLDER:03}"
        if index % IN_A_FOLDER == 0:
            below.mkdir(parents=True)
        os.link(originals[index % DISTINCT], below / f"{index:06}.jpg")
        total += originals[index % DISTINCT].stat().st_size
    return total


def measure(folder: Path, kept: int, look: bool, images: int | None) -> list[tuple[str, float, float, float]]:
    """Reads an epoch or its first images; gives rows: what was read, MiB of memory, of decoded images in it, files a second."""
    from kerasgen.data import lazy
    from kerasgen.data.survey import survey
    from kerasgen.presets.card import Card, DataSection, ModelSection, TrainingSection
    from kerasgen.presets.data import load_data

    lazy.CACHE_BYTES = kept
    process = psutil.Process()

    def row(name: str, done: int, decoded: int, begin: float) -> None:
        cached = min(kept, decoded * SIDE * SIDE * 3)
        rows.append((name, process.memory_info().rss / 2**20, cached / 2**20, done / (time.perf_counter() - begin)))
        print(*rows[-1], flush=True)

    rows: list[tuple[str, float, float, float]] = []
    if look:
        begin = time.perf_counter()
        found = survey(str(folder)).num_images
        row(f"a look at all {found:,}", found, 0, begin)
    import keras  # noqa: F401 (not counted as the headers' time)

    data = DataSection(source=str(folder), image_size=SIDE, channels=3, held_out_fraction=0.01)
    card = Card(name="streaming", model=ModelSection(class_="DCGAN"), data=data, training=TrainingSection(batch_size=BATCH))
    begin = time.perf_counter()
    train = load_data(card, "train")
    row(f"the headers of all {round(train.num_images / 0.99):,}", round(train.num_images / 0.99), 0, begin)
    last = min(images or train.num_images, train.num_images) // BATCH * BATCH
    wanted = [*(count for count in ROWS if count < last), last]
    begin = time.perf_counter()
    for index in range(last // BATCH):
        train.batch(index)
        done = (index + 1) * BATCH
        if done >= wanted[0]:
            row(f"{wanted.pop(0):,} images", done, done, begin)
    return rows


def main() -> None:
    """Makes the files, measures, and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--kept", type=int, default=512, help="MiB of decoded images that are kept; 512 is the library's")
    parser.add_argument("--look", action="store_true", help="decode all files once first")
    parser.add_argument("--images", type=int, help="read so many; an epoch otherwise")
    parser.add_argument("--folder", type=Path, help="where the temporary folder is made")
    parser.add_argument("--output", type=Path, default=TARGET)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder = Path(name)
        total = make_files(folder, arguments.files)
        before = psutil.Process().memory_info().rss / 2**20
        used = time.process_time()
        rows = measure(folder / "photos", arguments.kept * 2**20, arguments.look, arguments.images)
        used = time.process_time() - used
    command = " ".join(["python", "benchmarks/streaming.py", *sys.argv[1:]])
    lines = [
        f"## {arguments.files:,} files, {arguments.kept} MiB of decoded images kept",
        "",
        f"`{command}`: JPEGs of {SIDES[0]} x {SIDES[1]} pixels, {total / 2**30:.1f} GiB under their names ({DISTINCT} distinct "
        f"ones, linked), at {SIDE} pixels in batches of {BATCH}; {os.cpu_count()} cores, Python {platform.python_version()}. "
        f"The process had {before:.0f} MiB before Keras was imported, and took {used:.0f} s of CPU in all.",
        "",
        "| after | RSS, MiB | of it decoded images, MiB | the rest, MiB | files/s |",
        "|---|---|---|---|---|",
        *(f"| {what} | {rss:.0f} | {kept:.0f} | {rss - kept:.0f} | {rate:.0f} |" for what, rss, kept, rate in rows),
        "",
    ]
    with arguments.output.open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

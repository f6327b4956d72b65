"""`python benchmarks/faces.py`: the generators of portraits in one table, by face embeddings; writes FACES.md.

10,000 samples of each against the training images; path lengths of those whose cards have them, of more pairs; separability
from the cards, which `kerasgen evaluate` filled; and for style-based generators 20 held-out photographs, projected, and found
again by their faces. Needs dlib (`pip install "kerasgen[faces]"`); takes an hour and a half on two cores, and keeps what it
found by the weights' checksum.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")

import numpy as np

from kerasgen import data, presets
from kerasgen.analysis import nearest, project
from kerasgen.evaluation.extractors import Extractor, get_extractor
from kerasgen.evaluation.generation import GENERATED_IMAGES, METRICS, compare, extract_generated
from kerasgen.evaluation.latent_space import path_lengths
from kerasgen.models.style_gan import StyleGAN
from kerasgen.presets.catalog import read_card
from kerasgen.presets.data import load_data

SOURCE = "portraits"
RESULT = Path(__file__).with_name("FACES.md")
PART = 250  # images that a process takes at a time
PROJECTED = 20
TRUNCATIONS = (0.7,)  # of style-based generators, besides none
LENGTHS = ("z_whole", "z_end", "w_whole", "w_end")
PAIRS = 5000  # of codes, on whose ways path lengths are measured


def generators() -> list[str]:
    """Trained presets that generate faces from codes and are measured by them."""
    cards = {name: read_card(presets.find_card(name)) for name in presets.list_presets(trained=True)}
    return [
        name
        for name, card in cards.items()
        if card.data.source == SOURCE and card.evaluation.extractor == "faces" and "latent_dim" in card.model.arguments
    ]


def embed(images: np.ndarray) -> np.ndarray:
    return get_extractor("faces")(images)


def features(pool: ProcessPoolExecutor, images: np.ndarray) -> np.ndarray:
    """Face embeddings (n, 128), a part of the images a process."""
    return np.concatenate(list(pool.map(embed, [images[start : start + PART] for start in range(0, len(images), PART)])))


def kept(file: Path, make) -> np.ndarray:
    """What `make` gives, from the file where it was made before."""
    if not file.is_file():
        np.save(file, make())
    return np.load(file)


def sample_features(model, pool: ProcessPoolExecutor, stem: str, **options) -> np.ndarray:
    """Features of samples (10,000, 128), kept by the name of the weights and the options of `decode`."""
    file = Path("_".join([stem, *map(str, options.values())]) + ".npy")
    return kept(file, lambda: extract_generated(model, partial(features, pool), GENERATED_IMAGES, **options)[0])


def lengths(model, pool: ProcessPoolExecutor) -> np.ndarray:
    """Path lengths (4, 2) in the order of `LENGTHS`, each with its standard error; NaN in a space that the model lacks."""
    faces = Extractor("faces", partial(features, pool))
    found = path_lengths(model, faces, model.card.evaluation.path_length.epsilon, PAIRS)
    return np.array([[found.get(space, np.nan), found.get(f"{space}_standard_error", np.nan)] for space in LENGTHS])


def found_again(model, pool: ProcessPoolExecutor) -> int:
    """How many of 20 held-out photographs are nearest to their own projection, among the 20, by their faces."""
    held_out = load_data(model.card, "held_out", drop_remainder=False).images()
    chosen = held_out[np.linspace(0, len(held_out) - 1, PROJECTED).astype(int)]
    projected = model.synthesize(project(model, chosen))
    indices, _ = nearest(features(pool, projected), features(pool, chosen))
    return int((indices[:, 0] == np.arange(PROJECTED)).sum())


def row(name: str, cells) -> str:
    shown = ("" if cell is None else cell if isinstance(cell, str) else f"{cell:.4g}" for cell in cells)
    return f"| {name} | " + " | ".join(shown) + " |"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=Path, default=Path("runs/faces"), help="Folder of what was found before.")
    options = parser.parse_args()
    options.runs.mkdir(parents=True, exist_ok=True)
    names = generators()
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as pool:
        training, held_out = (
            data.load(SOURCE, split, shuffle=False, drop_remainder=False).images() for split in ("train", "test")
        )
        real = kept(options.runs / "training.npy", lambda: features(pool, training))
        rows = {"held-out portraits (floor)": compare(real, features(pool, held_out))}
        ways, separable, again = {}, {}, {}
        for name in names:
            model = presets.load(name)
            stem = str(options.runs / f"{name}_{model.card.weights.sha256[:12]}")
            rows[f"`{name}`"] = compare(real, sample_features(model, pool, stem))
            if model.card.evaluation.path_length:
                ways[name] = kept(Path(f"{stem}_lengths.npy"), lambda model=model: lengths(model, pool))
                separable[name] = model.card.metrics.get("separability", {})
            if isinstance(model, StyleGAN):
                rows |= {
                    f"`{name}`, truncation {strength}": compare(real, sample_features(model, pool, stem, truncation=strength))
                    for strength in TRUNCATIONS
                }
                again[name] = int(kept(Path(f"{stem}_projected.npy"), lambda model=model: np.array(found_again(model, pool))))
    lines = [
        "# Generators of portraits",
        "",
        "Written by `python benchmarks/faces.py`.",
        "",
        f"{GENERATED_IMAGES} samples against {len(training)} training images, by the features of dlib's face recognition "
        "(resize: 150 px, bicubic); no number compares with one of another extractor or of another number of images. The "
        f"floor is the {len(held_out)} held-out portraits, of other persons.",
        "",
        "| | " + " | ".join(METRICS).replace("_", " ") + " |",
        "|---|" + "---|" * len(METRICS),
        *(row(name, [found[column] for column in METRICS]) for name, found in rows.items()),
        "",
        f"Perceptual path lengths of {PAIRS} pairs, with standard errors; linear separability as in their cards:",
        "",
        "| | " + " | ".join(LENGTHS).replace("_", " ") + " | separability of z | of w |",
        "|---|" + "---|" * (len(LENGTHS) + 2),
    ]
    for name, found in ways.items():
        cells = [None if np.isnan(length) else f"{length:.2f} ± {error:.2f}" for length, error in found]
        lines.append(row(f"`{name}`", [*cells, separable[name].get("z"), separable[name].get("w")]))
    lines += [
        "",
        *(
            f"`{name}`: of {PROJECTED} held-out photographs {count} are the nearest of the {PROJECTED} to their own "
            "projection into w+, by face embeddings."
            for name, count in again.items()
        ),
    ]
    RESULT.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()

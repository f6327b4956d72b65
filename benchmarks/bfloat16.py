"""`python benchmarks/bfloat16.py`: FID of two recipes in float32 and in bfloat16, after equal images, over seeds.

Each of dcgan_fashion_mnist and vae_fashion_mnist_16d is trained from nothing for some epochs; the last weights are measured on
10,000 held-out images by a classifier that chose none of them. Needs Fashion-MNIST of tensorflow-datasets, goes on where it
was stopped, and writes BFLOAT16.md.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")

import msgspec
import numpy as np

from kerasgen import presets
from kerasgen.evaluation.extractors import get_extractor
from kerasgen.evaluation.generation import compare, extract, extract_generated, rounded
from kerasgen.evaluation.single_images import single_images
from kerasgen.presets.data import load_data
from kerasgen.training.train import train

RECIPES = {"dcgan_fashion_mnist": 6, "vae_fashion_mnist_16d": 6}  # epochs
DTYPES = ("float32", "mixed_bfloat16")
SEEDS = 3
EXTRACTOR = "classifier_fashion_mnist"
RESULT = Path(__file__).with_name("BFLOAT16.md")


def measure(name: str, dtype: str, seed: int, folder: Path) -> dict[str, float]:
    """Trains a recipe with a seed and gives its metrics."""
    card = presets.read_card(name)
    arguments = {**card.model.arguments, "seed": seed}
    training = msgspec.structs.replace(card.training, dtype=dtype, seed=seed, epochs=RECIPES[name], keep_best=None)
    card = msgspec.structs.replace(
        card, model=msgspec.structs.replace(card.model, arguments=arguments), training=training, metrics={}
    )
    model = train(card, folder, verbose=0)
    extractor = get_extractor(EXTRACTOR)
    held_out = load_data(card, "held_out", drop_remainder=False)
    real = extract(extractor, single_images(held_out))
    return rounded(compare(real, extract_generated(model, extractor, len(real))[0]))


def table(found: dict[str, dict[str, float]]) -> str:
    """FID of each seed; the difference of the means is to be seen beside the spread of float32."""
    lines = [
        "# float32 and bfloat16",
        "",
        "Written by `python benchmarks/bfloat16.py`: FID (10,000 images, features of `"
        + EXTRACTOR
        + "`, which chose no weights), "
        "precision and recall after equal images, by seed. Trained by Keras on " + os.environ["KERAS_BACKEND"] + ".",
        "",
        "| recipe | epochs | dtype | FID by seed | mean | spread | precision | recall |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, epochs in RECIPES.items():
        for dtype in DTYPES:
            runs = [found[key] for seed in range(SEEDS) if (key := f"{name} {dtype} {seed}") in found]
            if not runs:
                continue
            fid, precision, recall = ([run[metric] for run in runs] for metric in ("fid", "precision", "recall"))
            cells = (
                f"`{name}`", epochs, dtype, ", ".join(f"{value:.2f}" for value in fid), f"{np.mean(fid):.2f}",
                f"{max(fid) - min(fid):.2f}", f"{np.mean(precision):.2f}", f"{np.mean(recall):.2f}",
            )  # fmt: skip
            lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join([*lines, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=RESULT)
    output = parser.parse_args().output
    kept = output.with_suffix(".json")
    found = json.loads(kept.read_text("utf-8")) if kept.is_file() else {}
    for seed in range(SEEDS):
        for name in RECIPES:
            for dtype in DTYPES:
                key = f"{name} {dtype} {seed}"
                if key not in found:
                    with tempfile.TemporaryDirectory() as folder:
                        found[key] = measure(name, dtype, seed, Path(folder))
                    kept.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
                    print(key, found[key], flush=True)
    output.write_text(table(found), "utf-8")


if __name__ == "__main__":
    main()

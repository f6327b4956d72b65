"""`python benchmarks/outliers.py`: AUROC of every outlier score, Fashion-MNIST against MNIST and the reverse.

Needs the two sets of tensorflow-datasets (TFDS_DATA_DIR names where they lie) and the zoo's presets.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")

import numpy as np
from sklearn.metrics import roc_auc_score

import kerasgen
from kerasgen.analysis import OutlierDetector
from kerasgen.analysis.outlier_scores import SCORES

CASES = [
    ("vae_fashion_mnist_16d", "fashion_mnist", "mnist"),
    ("vae_fashion_mnist_16d", "fashion_mnist", "fashion_mnist, upside down"),
    ("vae_mnist", "mnist", "fashion_mnist"),
]
PUBLISHED = (
    "Published (a survey of 2023, Fashion-MNIST in): MNIST: ELBO .87, likelihood regret .99, density of states 1.00; "
    "upside down: ELBO .83; MNIST in, Fashion-MNIST out: ELBO 1.00, density of states 1.00."
)


def read(name: str, split: str) -> np.ndarray:
    images = kerasgen.data.load(name.split(",")[0], split, shuffle=False, drop_remainder=False).images()
    return images[:, ::-1] if name.endswith("upside down") else images


def main() -> None:
    lines = [
        "# Outliers",
        "",
        "Written by `python benchmarks/outliers.py`: AUROC on 10,000 test images of each set; the "
        "detector saw 10,000 training images of the usual one. Seconds are those of scoring 20,000 images.",
        "",
        "| usual | strange | " + " | ".join(SCORES) + " |",
        "|---|---|" + "---|" * len(SCORES),
    ]
    for preset, usual, strange in CASES:
        model = kerasgen.load(preset)
        inside, outside = read(usual, "test"), read(strange, "test")
        cells = []
        for score in SCORES:
            detector = OutlierDetector(model, score).fit(read(usual, "train")[:10_000])
            start = time.perf_counter()
            values = -np.concatenate([detector.score_samples(inside), detector.score_samples(outside)])
            seconds = time.perf_counter() - start
            auroc = roc_auc_score(np.repeat([0, 1], [len(inside), len(outside)]), values)
            cells.append(f"{auroc:.3f} ({seconds:.0f} s)")
            print(preset, strange, score, cells[-1], flush=True)
        lines.append(f"| {usual} (`{preset}`) | {strange} | " + " | ".join(cells) + " |")
    lines += ["", PUBLISHED]
    Path(__file__).with_name("OUTLIERS.md").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()

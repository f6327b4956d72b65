"""Speed of training and of sampling of two checkouts, alternating in fresh processes: the ratio of the second to the first.

    python benchmarks/two_trees.py BEFORE AFTER --backend torch --rounds 4

BEFORE and AFTER are folders with the sources, such as `git worktree add` makes; both run in this environment.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

WORKER = """
import json, sys, time
import numpy as np
from kerasgen.models import DCGAN, VAE, CycleGAN, Pix2Pix, StyleGAN

MODELS = {
    "vae": lambda: VAE((28, 28, 1), latent_dim=16, channels=16),
    "dcgan": lambda: DCGAN((28, 28, 1), latent_dim=64, channels=16),
    "style_gan": lambda: StyleGAN((16, 16, 3), latent_dim=64, style_dim=64, mapping_layers=2, channels=16, max_channels=64,
                                  start_size=16),
    "pix2pix": lambda: Pix2Pix((64, 64, 3), channels=32),
    "cyclegan": lambda: CycleGAN((32, 32, 3), channels=16, blocks=4, pool_size=64),
}

def best(call, seconds=5):
    call()
    spans = []
    while sum(spans) < seconds or len(spans) < 6:
        begin = time.perf_counter()
        call()
        spans.append(time.perf_counter() - begin)
    return min(spans)

result = {}
for name in sys.argv[1:]:
    model = MODELS[name]()
    model.compile()
    translates = name in ("pix2pix", "cyclegan")
    count, batch_size = (64, 16) if translates else (12 * 64, 64)
    images = np.random.default_rng(0).random((count, *model.image_shape), dtype=np.float32)
    targets = images[:, ::-1].copy() if translates else None
    result[f"{name}, training"] = count / best(lambda: model.fit(images, targets, batch_size=batch_size, verbose=0))
    if translates:
        result[f"{name}, translating"] = 64 / best(lambda: model.translate(images[:64]))
    else:
        result[f"{name}, sampling"] = 64 / best(lambda: model.sample(64, seed=0))
print(json.dumps(result))
"""


def run(tree: Path, backend: str, models: list[str]) -> dict[str, float]:
    """Images a second of a tree."""
    environment = {**os.environ, "PYTHONPATH": str(tree), "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", WORKER, *models]
    output = subprocess.run(command, env=environment, cwd=tree, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(output.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--backend", default="tensorflow")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--models", nargs="+", default=["vae", "dcgan", "style_gan"])
    options = parser.parse_args()
    found: dict[Path, list[dict[str, float]]] = {options.before.resolve(): [], options.after.resolve(): []}
    trees = list(found)
    for index in range(options.rounds):
        for tree in trees if index % 2 == 0 else trees[::-1]:
            found[tree].append(run(tree, options.backend, options.models))
    before, after = found.values()
    for name in before[0]:
        ratios = [new[name] / old[name] for old, new in zip(before, after, strict=True)]
        print(f"{options.backend}: {name}: {statistics.median(ratios):.3f} (from {min(ratios):.3f} to {max(ratios):.3f})")


if __name__ == "__main__":
    main()

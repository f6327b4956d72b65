"""`python benchmarks/translation.py`: the ablation of pix2pix (Isola et al. 2017, table 1) on portraits and their lines.

The preset's recipe with four losses of the paper's table: L1 alone, GAN alone, conditional GAN alone, L1 and conditional GAN.
What is held out are persons. Takes an hour on two cores, goes on where it was stopped, and writes TRANSLATION.md and
docs/gallery/ablation.png and spectrum.png.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import keras
import numpy as np
from matplotlib.figure import Figure

from kerasgen.evaluation.extractors import get_extractor
from kerasgen.evaluation.translation import paired_metrics
from kerasgen.images import interleave, make_grid, save_png
from kerasgen.presets.catalog import find_card, read_card
from kerasgen.presets.data import load_data
from kerasgen.presets.store import build_model
from kerasgen.training.train import build_optimizers

PRESET = "pix2pix_edges_to_portraits"
ARMS = {
    "L1": {"adversarial_weight": 0.0},
    "GAN": {"l1_weight": 0.0, "conditional": False},
    "cGAN": {"l1_weight": 0.0},
    "L1 + cGAN": {},
}
COLUMNS = ("l1", "ssim", "edge_f1", "feature_distance", "checkerboard")
COMPARED = ("fid", "kid", "kid_standard_error")
GALLERY = Path(__file__).parent.parent / "docs" / "gallery"


def trained(name: str, options) -> keras.Model:
    """The recipe with one arm's loss; `epochs` of it, the learning rates falling within them."""
    card = read_card(find_card(PRESET))
    recipe = card.training
    keras.utils.set_random_seed(0)
    train = load_data(card, "train")
    steps = options.epochs * len(train)
    for optimizer in recipe.optimizers.values():  # dicts of this card alone
        optimizer["config"]["learning_rate"]["config"].update(hold_steps=steps // 2, decay_steps=steps - steps // 2)
    model = build_model(card, dtype=recipe.dtype, **ARMS[name])
    phases = [phase.name for phase in model.phases]
    model.compile(**{phase: optimizer for phase, optimizer in build_optimizers(recipe).items() if phase in phases})
    model.fit(
        train,
        epochs=options.epochs,
        verbose=2,
        callbacks=[keras.callbacks.BackupAndRestore(options.runs / name, delete_checkpoint=False)],
    )
    return model


def spectrum(images: np.ndarray) -> np.ndarray:
    """Power by frequency in cycles an image, averaged over directions and images: (side / 2,)."""
    gray = images.mean(axis=-1)
    power = np.abs(np.fft.fft2(gray - gray.mean(axis=(1, 2), keepdims=True))) ** 2
    side = gray.shape[1]
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side))) * side
    ring = np.rint(frequency).astype(int)
    return np.array([power[:, ring == radius].mean() for radius in range(1, side // 2 + 1)])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=Path, default=Path("runs/translation"), help="Folder of the runs.")
    parser.add_argument("--epochs", type=int, default=40)
    options = parser.parse_args()
    options.runs.mkdir(parents=True, exist_ok=True)
    sources, targets = load_data(read_card(find_card(PRESET)), "held_out").images()
    extractor = get_extractor("faces")
    metrics, rows, spectra = {}, [sources[:8]], {"photographs": spectrum(targets)}
    for name in ARMS:
        result, made = options.runs / f"{name}.json", options.runs / f"{name}.npy"
        if not result.is_file():
            model = trained(name, options)
            np.save(made, model.translate(sources))
            result.write_text(json.dumps(paired_metrics(model, sources, targets, extractor, from_edges=True)), "utf-8")
        metrics[name] = json.loads(result.read_text("utf-8"))
        outputs = np.load(made)
        rows.append(outputs[:8])
        spectra[name] = spectrum(outputs)
    save_png(GALLERY / "ablation.png", make_grid(interleave(*rows, targets[:8]), 8))
    figure = Figure(figsize=(5, 3.4), layout="constrained")
    axes = figure.subplots()
    for name, power in spectra.items():
        axes.loglog(np.arange(1, len(power) + 1), power, label=name, color="black" if name == "photographs" else None)
    axes.set(xlabel="cycles an image", ylabel="power")
    axes.legend()
    figure.savefig(GALLERY / "spectrum.png", dpi=120)
    write(
        metrics,
        {
            name: power[-len(power) // 2 :].mean() / spectra["photographs"][-len(power) // 2 :].mean()
            for name, power in spectra.items()
        },
        options,
    )


def write(metrics: dict, fine: dict, options) -> None:
    protocol = next(iter(metrics.values()))["generation"]
    lines = [
        "# Translation",
        "",
        "Written by `python benchmarks/translation.py`.",
        "",
        f"`{PRESET}` by its card, {options.epochs} epochs on {keras.backend.backend()}, with the losses of table 1 of "
        f"Isola et al. 2017; {protocol['real_images']} held-out persons. FID and KID by features of "
        f"{protocol['extractor']} (resize: {protocol['resize']}); no number compares with one of another extractor. "
        "Fine detail is the power in the upper half of the frequencies, against the photographs': below 1 is blur.",
        "",
        "| loss | " + " | ".join((*COMPARED, *COLUMNS)).replace("_", " ") + " | fine detail |",
        "|---|" + "---|" * (len(COMPARED) + len(COLUMNS) + 1),
    ]
    for name, found in metrics.items():
        cells = [found["generation"][column] for column in COMPARED] + [found[column] for column in COLUMNS] + [fine[name]]
        lines.append(f"| {name} | " + " | ".join(f"{cell:.4g}" for cell in cells) + " |")
    Path(__file__).with_name("TRANSLATION.md").write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()

"""`python benchmarks/generation.py`: every generator of Fashion-MNIST in one table, into GENERATION.md.

The presets' figures are those of their cards, which `kerasgen evaluate` filled; the GANs of keras.io's examples (rivals.py) are
trained here on as many images as the best preset, and measured in the same way. Needs Fashion-MNIST of tensorflow-datasets;
takes hours, goes on where it was stopped, and keeps what it has in the folder of `--runs`.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "torch")

import keras
from rivals import ExampleDCGAN, ExampleWGANGP

from kerasgen import data
from kerasgen.card import read_card
from kerasgen.evaluation import generation_figures
from kerasgen.images import save_png, sheet
from kerasgen.presets import find_card, list_presets

SOURCE, EXTRACTOR = "fashion_mnist", "classifier_fashion_mnist"
RIVALS = {"keras.io DCGAN": ExampleDCGAN, "keras.io WGAN-GP": ExampleWGANGP}
COLUMNS = ("fid", "kid", "kid_standard_error", "precision", "recall", "density", "coverage")


def presets() -> dict[str, dict]:
    """The cards of trained generators of Fashion-MNIST."""
    cards = {name: read_card(find_card(name)) for name in list_presets(trained=True)}
    return {name: card for name, card in cards.items()
            if card["data"]["source"] == SOURCE and "generation" in card.get("metrics", {})}


def images_seen(card: dict) -> int:
    """Real images that training has shown, each discriminator step's own."""
    return card["training"]["epochs"] * data.load(SOURCE, card["data"]["train"]).num_images


def rival(name: str, images: int, folder: Path) -> dict:
    """Trains an example's GAN on `images` images, in whole epochs, and measures its last weights."""
    result = folder / f"{name}.json"
    if result.is_file():
        return json.loads(result.read_text("utf-8"))
    keras.utils.set_random_seed(0)
    model = RIVALS[name]()
    train = data.load(SOURCE, "train", batch_size=model.batch_size)
    model.compile()
    model.fit(train, epochs=round(images / train.num_images), verbose=2, callbacks=[
        keras.callbacks.BackupAndRestore(folder / f"{name} backup", delete_checkpoint=False)])
    held_out = data.load(SOURCE, "test", shuffle=False, drop_remainder=False).images()
    figures = generation_figures(model, EXTRACTOR, held_out, train.images(slice(10_000)), 0)
    save_png(folder / f"{name}.png", sheet(model.sample(64, seed=0)))
    result.write_text(json.dumps(figures), "utf-8")
    return figures


def row(name: str, figures: dict, images: int | str) -> str:
    modes = f"{100 * min(figures['modes']):.1f}" if "modes" in figures else ""
    accuracy = f"{100 * figures['accuracy']:.1f}" if "accuracy" in figures else ""
    cells = [f"{figures[column]:.4g}" for column in COLUMNS]
    return f"| {name} | {images} | " + " | ".join([*cells, modes, accuracy]) + " |"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=Path, default=Path("runs/rivals"), help="Folder of the examples' runs.")
    folder = parser.parse_args().runs
    folder.mkdir(parents=True, exist_ok=True)
    cards = presets()
    figures = {name: card["metrics"]["generation"] for name, card in cards.items()}
    best = min(figures, key=lambda name: figures[name]["fid"])
    images = images_seen(cards[best])
    theirs = {name: rival(name, images, folder) for name in RIVALS}
    one = figures[best]
    lines = ["# Generators of Fashion-MNIST", "", "Written by `python benchmarks/generation.py`.", "",
             f"{one['generated_images']} samples against {one['real_images']} test images, by the features of "
             f"`{one['extractor']}` (resize: {one['resize']}); no figure compares with one of another extractor. The floor is "
             f"{one['floor']['training_images']} training images against the test images. The rarest class is the smallest "
             "of the classifier's ten shares of the samples; conditional samples are right where it tells the class that was "
             "asked for.", "",
             "| | images seen | " + " | ".join(COLUMNS).replace("_", " ") + " | rarest class, % | right, % |",
             "|---|---|" + "---|" * (len(COLUMNS) + 2),
             *(row(f"`{name}`", figures[name], images_seen(card)) for name, card in cards.items()),
             *(row(name, found, images) for name, found in theirs.items()), row("floor", one["floor"], ""), ""]
    better = min(found["fid"] for found in theirs.values())
    lines += [f"The best FID, of `{best}`, is {one['fid'] / better:.2f} of the better example's."]
    (Path(__file__).with_name("GENERATION.md")).write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()

"""`python benchmarks/generation.py`: generators of Fashion-MNIST in one table, those of keras.io's examples beside ours.

The presets' metrics are those of their cards, which `kerasgen evaluate` filled. For the second table the GANs of keras.io's
examples (rivals.py) and the presets' recipes are trained on equally many images, from scratch, and measured in the same way.
Needs Fashion-MNIST of tensorflow-datasets; takes hours, goes on where it was stopped, and writes GENERATION.md.
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
from kerasgen.evaluation.generation import METRICS, generation_metrics
from kerasgen.images import make_grid, save_png
from kerasgen.latent.codes import labels_in_turn
from kerasgen.presets.card import Card
from kerasgen.presets.catalog import find_card, list_presets, read_card
from kerasgen.presets.store import build_model
from kerasgen.training.train import build_optimizers

SOURCE, EXTRACTOR = "fashion_mnist", "classifier_fashion_mnist"
EXAMPLES = {"keras.io DCGAN": ExampleDCGAN, "keras.io WGAN-GP": ExampleWGANGP}
BESIDE = (
    "dcgan_fashion_mnist",
    "wgan_gp_fashion_mnist",
    "sngan_fashion_mnist",
    "r3gan_fashion_mnist",
    "conditional_gan_fashion_mnist",
)
RESULT = Path(__file__).with_name("GENERATION.md")


def presets() -> dict[str, Card]:
    """The cards of trained generators of Fashion-MNIST."""
    cards = {name: read_card(find_card(name)) for name in list_presets(trained=True)}
    return {name: card for name, card in cards.items() if card.data.source == SOURCE and "generation" in card.metrics}


def contender(name: str, epochs: int, train_images: int):
    """An untrained, compiled model and its batch size; learning rates that fall do so within these epochs."""
    if name in EXAMPLES:
        model = EXAMPLES[name]()
        model.compile()
        return model, model.batch_size
    card = read_card(find_card(name))
    recipe = card.training
    for optimizer in recipe.optimizers.values():  # dicts of this card alone
        rate = optimizer["config"]["learning_rate"]
        if isinstance(rate, dict):
            rate["config"]["decay_steps"] = epochs * train_images // recipe.batch_size
    model = build_model(card)
    model.compile(**build_optimizers(recipe))
    return model, recipe.batch_size


def trained(name: str, epochs: int, folder: Path) -> dict:
    """Trains a contender for so many epochs and measures its last weights."""
    result = folder / f"{name}, {epochs} epochs.json"
    if not result.is_file():
        keras.utils.set_random_seed(0)
        train = data.load(SOURCE, "train")
        model, batch_size = contender(name, epochs, train.num_images)
        train = data.load(SOURCE, "train", batch_size=batch_size, labels=model.num_classes is not None)
        model.fit(
            train,
            epochs=epochs,
            verbose=2,
            callbacks=[keras.callbacks.BackupAndRestore(folder / f"{name}, {epochs} epochs", delete_checkpoint=False)],
        )
        held_out = data.load(SOURCE, "test", shuffle=False, drop_remainder=False).images()
        found = generation_metrics(model, EXTRACTOR, held_out, train.images(slice(10_000)), 0)
        save_png(result.with_suffix(".png"), make_grid(model.sample(64, seed=0, labels=labels_in_turn(64, model.num_classes))))
        result.write_text(json.dumps({**found, "images_seen": epochs * train.num_images}), "utf-8")
    return json.loads(result.read_text("utf-8"))


def table(metrics: dict[str, dict]) -> list[str]:
    lines = [
        "| | images seen | " + " | ".join(METRICS).replace("_", " ") + " | rarest class, % | right, % |",
        "|---|---|" + "---|" * (len(METRICS) + 2),
    ]
    for name, found in metrics.items():
        shares = [100 * found[key] if key in found else None for key in ("rarest", "accuracy")]
        cells = [f"{found[column]:.4g}" for column in METRICS] + ["" if share is None else f"{share:.1f}" for share in shares]
        lines.append(f"| {name} | {found.get('images_seen', '')} | " + " | ".join(cells) + " |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=Path, default=Path("runs/generation"), help="Folder of the runs side by side.")
    parser.add_argument("--epochs", type=int, default=5, help="Of the runs side by side.")
    parser.add_argument("--zoo", action="store_true", help="Write the zoo's rows anew from the cards, and nothing else.")
    options = parser.parse_args()
    train_images = data.load(SOURCE, "train").num_images
    zoo = {
        f"`{name}`": {
            **card.metrics["generation"],
            "images_seen": card.training.epochs * train_images,
            "rarest": min(card.metrics["generation"]["modes"]),
        }
        for name, card in presets().items()
    }
    if options.zoo:
        return renew(zoo)
    options.runs.mkdir(parents=True, exist_ok=True)
    beside = {name: trained(name, options.epochs, options.runs) for name in (*EXAMPLES, *BESIDE)}
    for found in beside.values():
        found["rarest"] = min(found["modes"])
    one = next(iter(beside.values()))
    better = min(beside[name]["fid"] for name in EXAMPLES)
    lines = [
        "# Generators of Fashion-MNIST",
        "",
        "Written by `python benchmarks/generation.py`.",
        "",
        f"{one['generated_images']} samples against {one['real_images']} test images, by the features of "
        f"`{one['extractor']}` (resize: {one['resize']}); no number compares with one of another extractor. The floor is "
        f"{one['floor']['training_images']} training images against the test images. The rarest class is the smallest of "
        "the classifier's ten shares of the samples; conditional samples are right where it tells what was asked for.",
        "",
        "## The zoo",
        "",
        *table({**zoo, "floor": one["floor"]}),
        "",
        "## Side by side, on equally many images",
        "",
        "The examples of keras.io as they stand, and these presets' recipes, each from scratch. The conditional GAN alone "
        "is shown labels.",
        "",
        *table(beside),
        "",
        *(f"- `{name}`: {beside[name]['fid'] / better:.2f} of the better example's FID." for name in BESIDE),
    ]
    RESULT.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


def renew(zoo: dict[str, dict]) -> None:
    """Replaces the zoo's rows in the file, but for the floor's."""
    lines = RESULT.read_text("utf-8").splitlines()
    begin = lines.index("## The zoo") + 2
    end = next(index for index in range(begin, len(lines)) if lines[index].startswith("| floor"))
    RESULT.write_text("\n".join([*lines[:begin], *table(zoo), *lines[end:]]) + "\n", "utf-8")


if __name__ == "__main__":
    main()

"""`python benchmarks/determinism.py [PRESET ...]`: is a preset's training, repeated from its card, the same bit for bit?

Each is trained twice for two epochs of a few batches, each time in a process of its own: on the backend of its card, and on
TensorFlow with `enable_op_determinism`. What is compared is everything that training changes: weights, moving statistics and
averages, optimizer slots, random state. Without names, all recipes whose data are at hand; with names, their rows anew. Writes
DETERMINISM.md.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

BATCHES = 20  # an epoch
TABLE = Path(__file__).with_name("DETERMINISM.md")
ROW = "| `"
HEAD = (
    "# Determinism",
    "",
    f"Written by `python benchmarks/determinism.py`: two epochs of {BATCHES} batches from the card, "
    "twice, on one machine; equal means that all variables are, bit for bit.",
    "",
    "| preset | the card's backend | TensorFlow, op determinism |",
    "|---|---|---|",
)
MISSING = "missing"  # in place of a digest


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("presets", nargs="*")
    parser.add_argument("--worker", action="store_true", help="Train the one preset once and print the digest.")
    options = parser.parse_args()
    if options.worker:
        print(digest_of_training(*options.presets))
        return
    from kerasgen.presets.catalog import find_card, list_presets, read_card
    from kerasgen.presets.data import training_of

    rows = {}
    if options.presets and TABLE.is_file():
        rows = {line.split("`")[1]: line for line in TABLE.read_text("utf-8").splitlines() if line.startswith(ROW)}
    for name in options.presets or list_presets():
        own = training_of(read_card(find_card(name))).backend or "torch"
        found = {backend: [digest(name, backend) for _ in range(2)] for backend in (own, "tensorflow")}
        if MISSING in found[own]:
            print(f"{name}: its data are not at hand", flush=True)
            continue
        verdicts = ["equal" if len(set(digests)) == 1 else "**differs**" for digests in found.values()]
        rows[name] = f"{ROW}{name}` | {own}: {verdicts[0]} | {verdicts[-1]} |"
        print(rows[name], flush=True)
        TABLE.write_text("\n".join([*HEAD, *(rows[name] for name in sorted(rows))]) + "\n", "utf-8")


def digest(name: str, backend: str) -> str:
    """The digest that a process of its own prints."""
    done = subprocess.run(
        [sys.executable, __file__, "--worker", name],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "KERAS_BACKEND": backend},
    )
    return done.stdout.split()[-1]


def digest_of_training(name: str) -> str:
    """sha256 of all variables after the shortened training."""
    import keras
    from msgspec.structs import replace

    from kerasgen import training
    from kerasgen.presets.catalog import find_card, read_card
    from kerasgen.presets.data import data_of, load_data, training_of

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
    card = read_card(find_card(name))
    recipe, source = training_of(card), data_of(card)
    size = recipe.batch_size
    held_out = f"{source.held_out.split('[')[0]}[:{4 * size}]"
    card = replace(
        card,
        data=replace(source, train=f"train[:{BATCHES * size}]", held_out=held_out),
        training=replace(recipe, epochs=2, keep_best=None),  # it wants more samples, and changes nothing that training sees
    )
    try:
        load_data(card, "train")
    except (OSError, ValueError):
        return MISSING
    with tempfile.TemporaryDirectory() as folder:
        model = training.train(card, folder, verbose=0)
    content = b"".join(keras.ops.convert_to_numpy(v).tobytes() for v in [*model.variables, *model.optimizer.variables])
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main()

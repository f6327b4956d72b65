"""What a run would be: its networks, its data, its time and memory, measured over a few steps; nothing is written."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

import keras
import numpy as np

from kerasgen.callbacks.progress import duration
from kerasgen.data.image_dataset import ImageDataset
from kerasgen.data.lazy import CACHE_BYTES, Cached
from kerasgen.presets.card import Card
from kerasgen.presets.data import training_of
from kerasgen.training.train import prepare

STEPS = 6
WARM_UP = 2  # of these: the first compiles


class _Times(keras.callbacks.Callback):
    """Notes when batches end."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: list[float] = []

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        self.ends.append(time.perf_counter())


def dry_run(card: Card) -> Iterator[str]:
    """Yields lines that tell what `train` would do; builds the model, and trains it for a few steps."""
    recipe = training_of(card)
    model, train_data, held_out = prepare(card)
    networks = [network for phase in model.phases for network in phase.networks]
    for network in networks:
        yield f"network: {network.name}, {network.count_params():,} parameters"
    sizes = ", ".join("x".join(map(str, shape)) for shape in train_data.image_shapes)
    yield (
        f"images: {train_data.num_images:,} to train, {held_out.num_images:,} held out, {sizes}; "
        f"{len(train_data):,} batches of {train_data.batch_size}"
    )
    times = _Times()
    steps = min(STEPS, len(train_data))
    model.fit(train_data, epochs=-(-STEPS // steps), steps_per_epoch=steps, verbose=0, callbacks=[times])
    step = float(np.median(np.diff(times.ends)[WARM_UP - 1 :]))
    total = step * len(train_data) * recipe.epochs
    yield (
        f"time: {duration(total)} for {recipe.epochs:,} epochs, {train_data.batch_size / step:.0f} images/s in {STEPS} steps; "
        "checkpoints and grids not counted"
    )
    cached = 0
    for data in (train_data, held_out):
        if isinstance(data, ImageDataset) and isinstance(data.source, Cached):
            cached += min(CACHE_BYTES, int(np.prod(data.source.shape)))
    peak = _peak_memory()
    used = f"{peak / 2**30:.1f} GiB at most so far" if peak else "unknown here"
    yield f"memory: {used}, and {cached / 2**30:.1f} GiB for decoded images"


def _peak_memory() -> int:
    """The most bytes that this process had in memory; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    import sys

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

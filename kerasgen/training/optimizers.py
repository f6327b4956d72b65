"""The optimizers of a card."""

from __future__ import annotations

import copy

import keras

import kerasgen.base.schedules  # noqa: F401 (cards name what it registers)
from kerasgen.base.settings import keras_defaults
from kerasgen.presets.card import TrainingSection


@keras_defaults()
def build_optimizers(recipe: TrainingSection) -> dict[str, keras.optimizers.Optimizer]:
    """Builds the optimizers of a card's section "training", by phase; raises ValueError for a configuration that fails."""
    return {name: _build_optimizer(name, copy.deepcopy(config)) for name, config in recipe.optimizers.items()}


def _build_optimizer(phase: str, config: dict[str, object]) -> keras.optimizers.Optimizer:
    """Builds an optimizer; what is nested in `config` is built in place."""
    try:
        optimizer = keras.optimizers.deserialize(config)
        if isinstance(optimizer, keras.optimizers.Optimizer):
            _check_numbers(optimizer)
    except (TypeError, ValueError, KeyError, AttributeError) as error:  # Keras has no error of its own
        optimizer = f"{type(error).__name__}: {str(error).splitlines()[0]}"
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        raise ValueError(
            f"The optimizers of a card must be configurations of Keras's. Received: for {phase!r} {config} ({optimizer})."
        )
    return optimizer


def _check_numbers(optimizer: keras.optimizers.Optimizer) -> None:
    """Raises TypeError for text in place of a number, which Keras finds at the first step."""
    float(keras.ops.convert_to_numpy(optimizer.learning_rate))  # a schedule computes it
    texts = [name for name, value in optimizer.get_config().items() if isinstance(value, str) and name != "name"]
    if texts:
        raise TypeError(f"{', '.join(texts)} must be numbers")

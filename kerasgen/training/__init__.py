"""From a card to a finished run."""

from kerasgen.training.run_directory import RunRecipe
from kerasgen.training.train import build_optimizers, train, train_preset

__all__ = ["RunRecipe", "build_optimizers", "train", "train_preset"]

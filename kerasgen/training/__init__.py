"""From a card to a finished run."""

from kerasgen.training.train import optimizers, train, train_preset

__all__ = ["optimizers", "train", "train_preset"]

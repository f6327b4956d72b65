"""From a card to a finished run."""

from kerasgen.training.dtype import resolve_dtype
from kerasgen.training.recipe import Request, resolve
from kerasgen.training.run_directory import RunRecipe
from kerasgen.training.train import build_optimizers, train, train_preset

__all__ = ["Request", "RunRecipe", "build_optimizers", "resolve", "resolve_dtype", "train", "train_preset"]

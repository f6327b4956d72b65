"""A phase: one optimizer step of a model's training."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import keras

from kerasgen.backend.typing import Batch, Tensor, Values


@dataclasses.dataclass(frozen=True, eq=False)
class Phase:
    """One optimizer step.

    Args:
        name: also the keyword of its optimizer in `compile`.
        networks: Keras models that this phase, and no other, trains. A network's name is the scope of its variables.
        loss: `loss(batch, training, *taken) -> {term: scalar}`; `batch` is `(x, y)`, or `(x,)` where the losses take no y. The
            sum of the terms is minimized.
        terms: names of the scalars, known before training so that every backend can track them.
        monitors: names of further scalars that `loss` gives, tracked but not minimized.
        takes: names of tensors that the loss of an earlier phase gave beside its terms for the same batch, such as the images
            of a generator. They are constants: no gradient flows back into them.
        repeat: steps per batch, each on its own part of it: with a batch of k * m images, `repeat=k` is Algorithm 1 of
            Goodfellow et al. 2014 with k discriminator steps on minibatches of m.
    """

    name: str
    networks: tuple[keras.Model, ...]
    loss: Callable[..., Values]
    terms: tuple[str, ...]
    repeat: int = 1
    monitors: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()

    def compute_loss(self, batch: Batch, training: bool, given: Values) -> Values:
        """Calls `loss` with what it takes of that which earlier phases gave."""
        return self.loss(batch, training, *(given[name] for name in self.takes))

    def total(self, values: Values) -> Tensor:
        """The scalar that is minimized, of those that `loss` gave."""
        return sum(values[term] for term in self.terms)

    @property
    def variables(self) -> list[keras.Variable]:
        """The trainable variables of the phase's networks."""
        return [variable for network in self.networks for variable in network.trainable_variables]

"""The network whose weights are the moving average that an optimizer keeps (`use_ema=True`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import keras

from kerasgen.backend.keras_internals import moving_average
from kerasgen.backend.typing import Tensor
from kerasgen.base.optimizers import number
from kerasgen.base.settings import keras_defaults


class AveragedNetwork:
    """A copy of `network`, brought up to date when it is asked for.

    Args:
        network: the trained network.
        optimizer: its optimizer, with `use_ema=True`.
        refresh_batch_norm: called with the copy after its weights changed, to update what depends on them, as
            `standing_statistics` does.
    """

    def __init__(
        self, network: keras.Model, optimizer: keras.optimizers.Optimizer, refresh_batch_norm: Callable[[keras.Model], None]
    ) -> None:
        self._source = network
        self._optimizer = optimizer
        self._refresh_batch_norm = refresh_batch_norm
        self._copy = keras.models.clone_model(network)
        self._iterations = -1.0  # of the optimizer, when the copy was last brought up to date

    @keras_defaults()
    def network(self) -> keras.Model:
        """Gives the copy; the weights are copied only if the optimizer has stepped since."""
        iterations = number(self._optimizer.iterations)
        if iterations != self._iterations:
            for source, target in zip(self._source.weights, self._copy.weights, strict=True):
                value = moving_average(self._optimizer, source) if source.trainable else source
                target.assign(keras.ops.copy(value))  # on JAX a shared buffer dies with the first network that runs
            self._refresh_batch_norm(self._copy)
            self._iterations = iterations
        return self._copy


def standing_statistics(network: keras.Model, batches: Iterable[Tensor]) -> None:
    """Sets the moving statistics of BatchNorm to their mean over `batches` (Brock et al. 2019, arXiv:1809.11096, 4.1).

    Averaged weights give other activations than the weights that the statistics were collected with, so much smaller ones
    early in training that the images are plain gray.
    """
    norms = [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
    momenta = [norm.momentum for norm in norms]
    try:
        for seen, batch in enumerate(batches if norms else ()):
            for norm in norms:
                norm.momentum = seen / (seen + 1)  # the running mean of the batches
            network(batch, training=True)
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum

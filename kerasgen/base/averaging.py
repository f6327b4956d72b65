"""The network whose weights are the moving average that an optimizer keeps (`use_ema=True`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import keras


class AveragedNetwork:
    """A twin of `network`, brought up to date when it is asked for.

    Args:
        network: the trained network.
        optimizer: its optimizer, with `use_ema=True`.
        refresh_batch_norm: called with the twin after its weights changed, to renew what depends on them (`standing_statistics`).
    """

    def __init__(
        self, network: keras.Model, optimizer: keras.optimizers.Optimizer, refresh_batch_norm: Callable[[keras.Model], None]
    ):
        self._source = network
        self._optimizer = optimizer
        self._refresh_batch_norm = refresh_batch_norm
        self._twin = keras.models.clone_model(network)
        self._iterations = None

    def network(self) -> keras.Model:
        """Gives the twin; the weights are copied only if the optimizer has stepped since."""
        iterations = int(self._optimizer.iterations)
        if iterations != self._iterations:
            index = self._optimizer._get_variable_index
            averages = self._optimizer._model_variables_moving_average
            for source, target in zip(self._source.weights, self._twin.weights, strict=True):
                value = averages[index(source)] if source.trainable else source
                target.assign(keras.ops.copy(value))  # on JAX a shared buffer dies with the first network that runs
            self._refresh_batch_norm(self._twin)
            self._iterations = iterations
        return self._twin


def standing_statistics(network: keras.Model, batches: Iterable) -> None:
    """Sets the moving statistics of BatchNorm to their mean over `batches` (Brock et al. 2019, arXiv:1809.11096, 4.1).

    Averaged weights give other activations than the weights that the statistics were collected with, so much smaller ones
    early in training that the pictures are plain gray.
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

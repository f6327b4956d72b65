"""The network whose weights are the moving average that an optimiser keeps (`use_ema=True`)."""

from __future__ import annotations

import keras


class AveragedNetwork:
    """A twin of `network`, brought up to date when it is asked for.

    Moving statistics (BatchNorm) are the trained network's own, as they are averages already.
    """

    def __init__(self, network: keras.Model, optimizer: keras.optimizers.Optimizer):
        self._source = network
        self._optimizer = optimizer
        self._twin = keras.models.clone_model(network)
        self._iterations = None

    def network(self) -> keras.Model:
        """Gives the twin; the weights are copied only if the optimiser has stepped since."""
        iterations = int(self._optimizer.iterations)
        if iterations != self._iterations:
            index = self._optimizer._get_variable_index
            averages = self._optimizer._model_variables_moving_average
            for source, target in zip(self._source.weights, self._twin.weights):
                value = averages[index(source)] if source.trainable else source
                target.assign(keras.ops.copy(value))  # on JAX a shared buffer dies with the first network that runs
            self._iterations = iterations
        return self._twin

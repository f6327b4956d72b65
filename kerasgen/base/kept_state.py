"""The state of a model through a run of Keras that breaks off."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import keras

from kerasgen.backend.typing import Tensor


class KeptState(keras.callbacks.Callback):
    """Gives a model its state back where the first step of `fit`, `evaluate` or `predict` does not end.

    On JAX Keras takes the values out of the variables before it reads a step's data, and puts them back when it is done: an
    error in the data, or an interrupt while the step compiles, would leave a model without weights. It is the first of all
    callbacks, so that no other one raises between the end of the step and this one's note of it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._begun = False
        self._values: list[tuple[keras.Variable, Tensor]] = []

    def on_train_batch_begin(self, batch: int, logs: dict[str, float] | None = None) -> None:
        if not self._begun:
            variables = [*self.model.variables, *self.model.metrics_variables]
            variables += self.model.optimizer.variables if self.model.compiled else []
            self._values = [(variable, variable.value) for variable in variables]
        self._begun = True

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self._values = []  # Keras holds the state of the steps that follow

    on_test_batch_begin = on_predict_batch_begin = on_train_batch_begin
    on_test_batch_end = on_predict_batch_end = on_train_batch_end

    @contextlib.contextmanager
    def restored(self, model: keras.Model) -> Iterator[None]:
        """Puts the state back where what is run inside raises."""
        try:
            yield
        except BaseException:
            if keras.backend.backend() == "jax":
                model.jax_state_sync()  # of the last step, where one ended
                for variable, value in self._values:
                    variable.assign(value)
            raise

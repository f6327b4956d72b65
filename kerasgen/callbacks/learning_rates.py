"""Other learning rates from an epoch on."""

from __future__ import annotations

from collections.abc import Mapping

import keras

from kerasgen.backend.typing import Tensor


@keras.saving.register_keras_serializable("kerasgen")
class Scaled(keras.optimizers.schedules.LearningRateSchedule):
    """Another schedule, times a factor."""

    def __init__(self, schedule: keras.optimizers.schedules.LearningRateSchedule | dict[str, object], factor: float) -> None:
        self.schedule = keras.optimizers.schedules.deserialize(schedule) if isinstance(schedule, dict) else schedule
        self.factor = factor

    def __call__(self, step: Tensor | int) -> Tensor:
        return self.factor * self.schedule(step)

    def get_config(self) -> dict[str, object]:
        return {"schedule": keras.optimizers.schedules.serialize(self.schedule), "factor": self.factor}


class LearningRates(keras.callbacks.Callback):
    """Multiplies the learning rates of all phases, as they were compiled, by a factor from an epoch on.

    Make it before a checkpoint is restored. A run that goes on after such an epoch has the rates of one that was not
    interrupted.

    Args:
        model: that is trained, compiled.
        factors: by the number of the epoch, from 0, before which each takes the place of the one before.
    """

    def __init__(self, model: keras.Model, factors: Mapping[int, float]) -> None:
        super().__init__()
        self._factors = dict(sorted(factors.items()))
        self._rates = [optimizer.get_config()["learning_rate"] for optimizer in model.optimizer.optimizers]
        self._factor = 1.0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        factor = next((value for begin, value in reversed(self._factors.items()) if begin <= epoch), 1.0)
        if factor == self._factor:
            return
        self._factor = factor
        for optimizer, rate in zip(self.model.optimizer.optimizers, self._rates, strict=True):
            if isinstance(rate, dict):
                optimizer.learning_rate = Scaled(rate, factor)
            elif epoch in self._factors:  # else it was restored: a number is a part of the state
                optimizer.learning_rate = rate * factor
        self.model.make_train_function(force=True)  # schedules are compiled into it

"""The optimizers of a model's phases as the one that Keras builds, threads through JAX and saves."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import TypeAlias

import keras
import numpy as np

from kerasgen.backend.keras_internals import own_variables
from kerasgen.backend.typing import Tensor
from kerasgen.base.phase import Phase

Optimizer: TypeAlias = keras.optimizers.Optimizer | str  # or the name of one


@keras.saving.register_keras_serializable("kerasgen")
class PhaseOptimizers(keras.optimizers.MultiOptimizer):
    """Keras's `MultiOptimizer`, whose inner optimizers step one phase at a time (`optimizers`, in the phases' order).

    Weights stay as trained when `fit` ends: Keras would overwrite them with their moving average (`use_ema`), and a run
    that goes on would start from other weights than one that was not interrupted.

    Keras's callbacks `LearningRateScheduler` and `ReduceLROnPlateau` change the rate of each phase by itself: the phases keep
    the ratio of their rates under a schedule that scales the rate it is given, and get equal rates under one that ignores it.
    """

    @property
    def learning_rate(self) -> float:
        """The rate of the first phase, as a number; setting it multiplies the rates of all phases by the same factor.

        Setting raises ValueError for a rate that is not positive, or where the first phase's is 0, and TypeError for a
        schedule, or where a phase has one: a schedule belongs to the optimizer of a phase, in `compile`.
        """
        return number(self.optimizers[0].learning_rate)

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        if callable(value):
            raise TypeError(f"A schedule belongs to the optimizer of a phase, in `compile`. Received: {value}.")
        scheduled = [optimizer.name for optimizer in self.optimizers if not isinstance(optimizer.learning_rate, keras.Variable)]
        if scheduled:
            raise TypeError(
                "A learning rate can be set where every phase has a number, not a schedule. Received: schedules in the "
                f"optimizers {scheduled}."
            )
        first = self.learning_rate
        if not (value > 0 and first > 0):
            raise ValueError(
                "The learning rate must be positive, the old one and the new one: at 0 the ratio of the phases' rates is lost. "
                f"Received: {value}, after {first}."
            )
        for optimizer in self.optimizers:
            optimizer.learning_rate = float(value) * (number(optimizer.learning_rate) / first)

    def finalize_variable_values(self, var_list: Sequence[keras.Variable]) -> None:
        pass

    # Keras saves the inner optimizers, as children; `MultiOptimizer` would write their slots a second time.

    def save_own_variables(self, store: MutableMapping[str, np.ndarray]) -> None:
        for index, variable in enumerate(own_variables(self)):
            store[str(index)] = keras.ops.convert_to_numpy(variable.value)

    def load_own_variables(self, store: MutableMapping[str, np.ndarray]) -> None:
        for index, variable in enumerate(own_variables(self)):
            variable.assign(store[str(index)])

    @classmethod
    def chosen(
        cls,
        phases: Sequence[Phase],
        only: Optimizer | None,
        by_phase: dict[str, Optimizer],
        defaults: dict[str, keras.optimizers.Optimizer],
    ) -> PhaseOptimizers:
        """Makes it from what `compile` is told: `only`, that of a model of one phase, or optimizers by the phases' names.

        Of an optimizer that is told for several phases the later ones get copies. Raises ValueError for names of no phase, for
        `only` with several phases, and for several phases' optimizer that has begun.
        """
        names = [phase.name for phase in phases]
        if unknown := sorted(set(by_phase) - set(names)):
            raise ValueError(f"An optimizer belongs to a phase, one of {names}. Received: {unknown}.")
        if only is not None:
            if len(names) > 1:
                told = ", ".join(f"{name}=..." for name in names)
                raise ValueError(f"Give each phase its optimizer: {told}. Received: optimizer={only}.")
            by_phase = {names[0]: only}
        optimizers = defaults | {name: keras.optimizers.get(each) for name, each in by_phase.items() if each is not None}
        for index, name in enumerate(names):
            if any(optimizers[name] is optimizers[other] for other in names[:index]):
                if optimizers[name].built:
                    raise ValueError(
                        "Phases take copies of an optimizer that has not begun; one that has belongs to a single phase. "
                        f"Received: one for several of {names}."
                    )
                optimizers[name] = type(optimizers[name]).from_config(optimizers[name].get_config())
        for name in names:  # the logs of Keras's callbacks name the rates so, the same in every process
            optimizers[name].name = name
        *first, last = phases
        scopes = {"|".join(f"{network.name}/.*" for network in phase.networks): optimizers[phase.name] for phase in first}
        # The last phase's is the default: one of its own would be one more optimizer in every file, without variables.
        return cls(keras.optimizers.OptimizerMap(optimizers[last.name], scopes))


def number(value: keras.Variable | Tensor) -> float:
    """Gives the value of a scalar, of a variable on several devices too."""
    return float(keras.ops.convert_to_numpy(value))

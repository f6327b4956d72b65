"""The optimizers of a model's phases as the one that Keras builds, threads through JAX and saves."""

from __future__ import annotations

import keras


@keras.saving.register_keras_serializable("kerasgen")
class PhaseOptimizers(keras.optimizers.MultiOptimizer):
    """Keras's `MultiOptimizer`, whose inner optimizers step one phase at a time (`optimizers`, in the phases' order).

    Weights stay as trained when `fit` ends: Keras would overwrite them with their moving average (`use_ema`), and a run
    that goes on would start from other weights than one that was not interrupted.
    """

    def finalize_variable_values(self, var_list) -> None:
        pass

    # Keras saves the inner optimizers, as children; `MultiOptimizer` would write their slots a second time.

    def save_own_variables(self, store) -> None:
        for index, variable in enumerate(self._variables):
            store[str(index)] = keras.ops.convert_to_numpy(variable.value)

    def load_own_variables(self, store) -> None:
        for index, variable in enumerate(self._variables):
            variable.assign(store[str(index)])

    @classmethod
    def of(cls, phases, optimizers: dict[str, keras.optimizers.Optimizer]) -> PhaseOptimizers:
        """Makes it from an optimizer for each phase, by name."""
        *first, last = phases
        scopes = {"|".join(f"{network.name}/.*" for network in phase.networks): optimizers[phase.name] for phase in first}
        # The last phase's is the default: one of its own would be one more optimizer in every file, without variables.
        return cls(keras.optimizers.OptimizerMap(optimizers[last.name], scopes))

"""The random state of a model in its files."""

from __future__ import annotations

from keras import ops


class SavedRandomState:
    """Mixin that writes the state of all seed generators with the weights.

    Keras does not; a resumed run would drift from the uninterrupted one.
    """

    def _seed_generators_of_all_layers(self) -> list:
        return [g for layer in self._flatten_layers() for g in getattr(layer, "_seed_generators", [])]

    def save_own_variables(self, store) -> None:
        super().save_own_variables(store)
        for index, generator in enumerate(self._seed_generators_of_all_layers()):
            store[f"seed_{index}"] = ops.convert_to_numpy(generator.state)

    def load_own_variables(self, store) -> None:
        for index, generator in enumerate(self._seed_generators_of_all_layers()):
            generator.state.assign(store[f"seed_{index}"])

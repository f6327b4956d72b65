"""The random state of a model in its files."""

from __future__ import annotations

from collections.abc import MutableMapping

import keras
import numpy as np
from keras import ops

from kerasgen.backend.keras_internals import seed_generators


class SavedRandomState(keras.layers.Layer):
    """Base that writes the state of all seed generators with the weights.

    Keras does not; a resumed run would drift from the uninterrupted one.
    """

    def save_own_variables(self, store: MutableMapping[str, np.ndarray]) -> None:
        super().save_own_variables(store)
        for index, generator in enumerate(seed_generators(self)):
            store[f"seed_{index}"] = ops.convert_to_numpy(generator.state)

    def load_own_variables(self, store: MutableMapping[str, np.ndarray]) -> None:
        for index, generator in enumerate(seed_generators(self)):
            generator.state.assign(store[f"seed_{index}"])

"""A whole number in a model's files."""

from __future__ import annotations

import keras


class Counter(keras.layers.Layer):
    """Holds `count`, a whole number from 0 that no optimizer moves and every `.keras` file keeps."""

    def __init__(self, *, name: str | None = None) -> None:
        super().__init__(name=name)
        self.count = self.add_weight(
            shape=(),
            initializer="zeros",
            dtype="int32",
            trainable=False,
            aggregation="only_first_replica",  # all count the same
            name="count",
        )
        self.built = True

"""A whole number in a model's files."""

import keras


class Counter(keras.layers.Layer):
    """Holds `count`, a whole number from 0 that no optimizer moves and every `.keras` file keeps."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.count = self.add_weight(shape=(), initializer="zeros", dtype="int32", trainable=False, name="count")
        self.built = True

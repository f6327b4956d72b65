"""The order of images that `fit` sees."""

import keras
import numpy as np
import pytest
from helpers import indices_of, numbered

from kerasgen.data import load


class Recorder(keras.Model):
    """A model whose training step only notes what it sees; the step is traced on no backend."""

    def __init__(self, built=True):
        super().__init__()
        self.scale = keras.layers.Rescaling(1.0)
        self.seen = []
        if built:
            self.build((None, 4, 4, 1))

    def build(self, shape):
        self.scale.build(shape)
        self.built = True

    def call(self, x):
        return self.scale(x)

    def train_step(self, *arguments):
        data = arguments[-1]
        x = data[0] if isinstance(data, (tuple, list)) else data
        self.seen.append(indices_of(x))
        logs = {"loss": 0.0}
        return (logs, arguments[0]) if len(arguments) == 2 else logs


def recorder(built=True):
    model = Recorder(built)
    model.compile(optimizer="sgd", run_eagerly=True, jit_compile=False)
    return model


# One, two and six batches: Keras looks at up to two before it starts. (A single batch and a model not yet built is the
# one case where such a look cannot be told from an epoch.)
@pytest.mark.parametrize(("count", "built"), [(4, True), (8, True), (24, True), (8, False), (24, False)])
def test_epoch_k_of_fit_sees_order_k(count, built):
    batches = load(numbered(count), batch_size=4, seed=7)
    model = recorder(built)
    model.fit(batches, epochs=2, shuffle=False, verbose=0)
    model.fit(batches, epochs=1, shuffle=False, verbose=0)
    assert batches.epoch == 3
    expected = [np.random.default_rng([7, epoch]).permutation(count).tolist() for epoch in range(3)]
    assert sum(model.seen, []) == sum(expected, [])


def test_a_pass_cut_by_steps_per_epoch_is_one_order():
    batches = load(numbered(24), batch_size=4, seed=7)
    model = recorder()
    model.fit(batches, epochs=4, steps_per_epoch=3, shuffle=False, verbose=0)
    expected = [np.random.default_rng([7, epoch]).permutation(24).tolist() for epoch in range(2)]
    assert sum(model.seen, []) == sum(expected, [])


def test_resumed_fit_continues_the_order():
    batches = load(numbered(24), batch_size=4, seed=7)
    batches.epoch = 9
    model = recorder()
    model.fit(batches, shuffle=False, verbose=0)
    assert sum(model.seen, []) == np.random.default_rng([7, 9]).permutation(24).tolist()

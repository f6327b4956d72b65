"""What several test files need."""

import keras
import numpy as np
import pytest

# For tests that say nothing of a backend: once is enough, where it costs least.
ANY_BACKEND = pytest.mark.backend("torch")
EVERY_BACKEND = pytest.mark.backend("tensorflow", "jax", "torch")  # in a file that is else for any


def to_numpy(variable):
    """The value of a variable as a numpy array of its own."""
    value = variable.value
    if keras.backend.backend() == "torch":
        value = value.detach().cpu()
    return np.array(value)


def state(model):
    """All of a model: weights, moving statistics, random state, optimiser slots."""
    variables = list(model.variables) + (list(model.optimizer.variables) if model.compiled else [])
    return [to_numpy(variable) for variable in variables]


def assert_equal_states(first, second):
    """Bit for bit."""
    assert len(first) == len(second)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)

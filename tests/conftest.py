"""Shared fixtures; tests marked for other backends than the worker's are left out."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest

BACKEND = keras.backend.backend()


def pytest_collection_modifyitems(config, items):
    """Deselects tests for other backends."""
    chosen, others = [], []
    for item in items:
        mark = item.get_closest_marker("backend")
        (others if mark and BACKEND not in mark.args else chosen).append(item)
    config.hook.pytest_deselected(items=others)
    items[:] = chosen


@pytest.fixture(autouse=True)
def seeded():
    keras.utils.set_random_seed(1)
    yield
    keras.backend.clear_session()


@pytest.fixture
def images_of():
    """Makes random images for a model: the same ones each time."""

    def make(model, n=16):
        return np.random.default_rng(0).random((n, *model.image_shape), dtype=np.float32)

    return make

"""Shared fixtures; tests marked for other backends than the worker's are left out."""

import os
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # PyTorch's threads wait for one another where the cores are busy
os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "1")  # compiling takes longer than running tiny models
import keras
import numpy as np
import pytest

BACKEND = keras.backend.backend()


@pytest.fixture(autouse=True, scope="session")
def compiled_once():
    """Lets JAX compile each graph once a session, not once a test."""
    if BACKEND != "jax":
        yield
        return
    import jax

    with tempfile.TemporaryDirectory() as folder:
        jax.config.update("jax_compilation_cache_dir", folder)
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
        yield


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
    keras.backend.clear_session(free_memory=False)  # its garbage collection takes half a second a test


@pytest.fixture
def images_of():
    """Makes random images for a model, a translator's sources: the same ones each time."""

    def make(model, n=16):
        shape = getattr(model, "source_shape", model.image_shape)
        return np.random.default_rng(0).random((n, *shape), dtype=np.float32)

    return make

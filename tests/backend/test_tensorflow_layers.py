"""Convolutions over few positions in bfloat16, whose gradient to the kernel is kerasgen's own on TensorFlow."""

import keras
import numpy as np
import pytest

from kerasgen import backend

pytestmark = pytest.mark.backend("tensorflow")


@pytest.mark.parametrize(
    "layer, size, strides, sides",
    [
        ("Conv2D", 3, 1, (4, 4)),
        ("Conv2D", 4, 2, (8, 8)),
        ("Conv2D", 4, 2, (5, 3)),
        ("Conv2DTranspose", 3, 1, (3, 4)),
        ("Conv2DTranspose", 4, 2, (4, 4)),
        ("Conv2DTranspose", 5, 2, (1, 3)),
    ],
)
def test_few_positions_have_the_gradients_of_float32(layer, size, strides, sides):
    """Those of a loss and of a penalty on its slope, as R1's."""
    import tensorflow as tf

    from kerasgen.backend.tensorflow_layers import differentiated

    rng = np.random.default_rng(0)
    images = rng.standard_normal((4, *sides, 6), "float32").astype(tf.bfloat16.as_numpy_dtype)
    arguments = {"filters": 5, "kernel_size": size, "strides": strides, "padding": "same"}
    ours = getattr(backend, layer)(**arguments, dtype="mixed_bfloat16")
    exact = getattr(keras.layers, layer)(**arguments)
    for each in (ours, exact):
        each.build(images.shape)
    kernel = np.array(exact.kernel).astype(images.dtype)
    for each in (ours, exact):
        each.kernel.assign(kernel)

    def gradients(each, dtype):
        x = tf.constant(images, dtype)
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                inner.watch(x)
                loss = tf.reduce_sum(tf.square(tf.cast(each(x), "float32")))
            slope, first = inner.gradient(loss, [x, each.kernel.value])
            penalty = tf.reduce_sum(tf.square(tf.cast(slope, "float32")))
        return [np.array(tf.cast(value, "float32")) for value in (slope, first, outer.gradient(penalty, each.kernel.value))]

    with differentiated():
        names = _operations(ours, images)
        found = gradients(ours, "bfloat16")
    assert "IdentityN" in names  # of the gradient of one's own
    assert "IdentityN" not in _operations(ours, images)  # and not in a graph that is exported
    for value, right in zip(found, gradients(exact, "float32"), strict=True):
        assert np.linalg.norm(value - right) < 0.02 * np.linalg.norm(right)


def _operations(layer, images):
    import tensorflow as tf

    graph = tf.function(layer).get_concrete_function(tf.TensorSpec(images.shape, images.dtype)).graph
    return {operation.type for operation in graph.get_operations()}

"""TensorFlow: gradients by tape; under `tf.distribute` every replica runs the step on its share of the batch."""

import tensorflow as tf
from keras.layers import AveragePooling2D, BatchNormalization, Conv2D, Conv2DTranspose  # noqa: F401

COMPILES_BRANCHES = False  # XLA loses the size of the batch between a branch and its gradient


def run_train_step(model, step, data):
    return step(data)


def run_test_step(model, step, data):
    return step(data)


def minimize(loss, total, variables, optimizer, model):
    # Keras's optimizers sum the gradients over the replicas: each brings its part of the mean.
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    weights = [variable.value for variable in variables]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(weights)
        values = loss()
        objective = total(values) / replicas  # inside the tape, or the sum has no gradient
    gradients = tape.gradient(objective, weights)
    optimizer.apply(gradients, variables)
    return values


def gradient(function, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(function(x))
    return tape.gradient(total, x)


def normal(shape, seed_generator):
    # Replicas share the state of the generator; without their number in the seed they would draw the same noise.
    context = tf.distribute.get_replica_context()
    replica = context.replica_id_in_sync_group if context else 0
    seed = tf.cast(seed_generator.next(), "int64") + tf.cast([replica, 0], "int64") * 0x9E3779B9
    return tf.random.stateless_normal(shape, seed=seed)


def depthwise_conv(x, kernel):
    return tf.nn.depthwise_conv2d(x, tf.cast(kernel, x.dtype), strides=[1, 1, 1, 1], padding="SAME")

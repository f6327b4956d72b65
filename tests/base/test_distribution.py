"""Two devices give what one gives for the same global batch.

Noise would differ: each replica of TensorFlow draws its own. So the models here draw zeros for noise, and the weights after
two steps of SGD are compared, BatchNorm's statistics included, and what their moving averages sample: within the scope of the
devices, after it, and from a preset.
"""

import os
import subprocess
import sys

import numpy as np
import pytest

TRAIN = """
import contextlib, sys
import keras, numpy as np
import kerasgen
from keras import ops
from kerasgen.base.model import GenerativeModel
from kerasgen.models import DCGAN, VAE

folder = sys.argv[1]
if keras.backend.backend() == "tensorflow":
    import tensorflow as tf
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)

    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])

def two():
    if keras.backend.backend() == "tensorflow":
        return strategy.scope()
    devices = keras.distribution.list_devices("cpu")
    assert len(devices) == 2
    return keras.distribution.DataParallel(devices=devices).scope()

GenerativeModel.normal = lambda self, *shape: ops.zeros(shape)
images = np.random.default_rng(0).random((16, 28, 28, 1), dtype=np.float32)
for Model, options in ((VAE, {"network": "dense", "hidden": (8,)}), (DCGAN, {"channels": 4})):
    for devices, scope in ((1, contextlib.nullcontext), (2, two)):
        results = {}
        keras.utils.set_random_seed(0)
        with scope():
            model = Model((28, 28, 1), latent_dim=3, **options)
            averaged = {"use_ema": True, "ema_momentum": 0.5}
            model.compile(**{phase.name: keras.optimizers.SGD(1e-3, **averaged) for phase in model.phases})
            # Two steps only, each on the global batch of 8.
            history = model.fit(images, batch_size=8, epochs=1, shuffle=False, verbose=0).history
            if keras.backend.backend() == "tensorflow":
                results["inside"] = model.sample(5, seed=0)
        if devices == 2 and keras.backend.backend() == "jax":
            assert len(model.trainable_variables[0].value.sharding.device_set) == 2
        weights = [ops.convert_to_numpy(v) for v in model.trainable_variables + model.non_trainable_variables]
        path = model.save_to_preset(f"{folder}/{Model.__name__}_{devices}")
        results |= {"sample": model.sample(5, seed=0), "saved": kerasgen.load(path).sample(5, seed=0), "loss": history["loss"]}
        np.savez(f"{folder}/{Model.__name__}_{devices}.npz", *weights, **results)
if keras.backend.backend() == "tensorflow":
    model.optimizer.learning_rate = 1.0
    exported = kerasgen.runtime.load(model.export(f"{folder}/exported", "onnx"))
    np.testing.assert_allclose(exported.sample(5, seed=0), model.sample(5, seed=0), atol=1e-5)
"""


@pytest.mark.backend("tensorflow", "jax")
def test_two_devices_train_as_one(tmp_path):
    env = {**os.environ, "XLA_FLAGS": "--xla_force_host_platform_device_count=2"}
    subprocess.run([sys.executable, "-c", TRAIN, str(tmp_path)], check=True, env=env, capture_output=True)
    for name in ("VAE", "DCGAN"):
        with np.load(tmp_path / f"{name}_1.npz") as one, np.load(tmp_path / f"{name}_2.npz") as two:
            assert set(one) == set(two)
            for key in one:
                np.testing.assert_allclose(two[key], one[key], rtol=1e-4, atol=1e-5, err_msg=f"{name} {key}")
            for key in {"inside", "saved"} & set(one):
                np.testing.assert_array_equal(two[key], two["sample"])
            assert two["sample"].shape == (5, 28, 28, 1)

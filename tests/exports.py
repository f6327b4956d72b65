"""What the tests of exports need."""

import numpy as np

from kerasgen.models import DCGAN, VAE

FORMATS = ["onnx", "tflite"]


def vae(**arguments):
    return VAE((28, 28, 1), latent_dim=4, channels=4, **arguments)


def dcgan(**arguments):
    return DCGAN((32, 32, 3), latent_dim=4, channels=4, **arguments)


def vary(network):
    """Moves all weights off their initial zeros and ones, without the cost of training."""
    random = np.random.default_rng(0)
    network.set_weights(
        [w + 0.1 * np.abs(random.standard_normal(w.shape, "float32")) * np.sign(0.1 + w) for w in network.get_weights()]
    )

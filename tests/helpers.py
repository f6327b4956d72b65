"""What several test files need."""

import keras
import numpy as np
import pytest
from PIL import Image

from kerasgen.latent.codes import sample_codes
from kerasgen.layers.noise_injection import NoiseInjection
from kerasgen.models import StyleGAN

# For tests that say nothing of a backend: once is enough, where it costs least.
ANY_BACKEND = pytest.mark.backend("torch")
EVERY_BACKEND = pytest.mark.backend("tensorflow", "jax", "torch")  # in a file that is else for any

# TensorFlow takes longer to trace tiny models than to run them. What is traced and compiled has promises of its own.
EAGER = {"run_eagerly": True} if keras.backend.backend() == "tensorflow" else {}


def to_numpy(variable):
    """The value of a variable as a numpy array of its own."""
    value = variable.value
    if keras.backend.backend() == "torch":
        value = value.detach().cpu()
    return np.array(value)


def state(model):
    """All of a model: weights, moving statistics, random state, optimizer slots."""
    variables = list(model.variables) + (list(model.optimizer.variables) if model.compiled else [])
    return [to_numpy(variable) for variable in variables]


def assert_equal_states(first, second):
    """Bit for bit."""
    assert len(first) == len(second)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def numbered(count, size=4, channels=1):
    """Images that tell their index: every pixel of image i is i."""
    return np.broadcast_to(np.arange(count, dtype="uint8")[:, None, None, None], (count, size, size, channels)).copy()


def indices_of(batch):
    """The image numbers in a batch of `numbered` images."""
    return np.rint(np.asarray(batch)[:, 0, 0, 0] * 255).astype(int).tolist()


def gradient(count, size=6):
    """Images whose left and right differ, so that a flip shows."""
    return np.tile(np.arange(size, dtype="uint8") * 20, (count, size, 1))[..., None]


def save(path, array):
    """An image file, with the folders that it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)


def noise_images(count, height=16, width=16, channels=3):
    """Images of noise, uint8; the same for the same arguments."""
    return np.random.default_rng(count).integers(256, size=(count, height, width, channels), dtype=np.uint8)


def save_all(folder, images, names):
    """Image files `<name>.png`, one for each name."""
    for name, image in zip(names, images, strict=True):
        save(folder / f"{name}.png", image)


def style_generator(cls=StyleGAN):
    """A style-based generator of 16 pixels whose noise and styles show."""
    growth = {"start_size": 16} if cls is StyleGAN else {"mapping_lr_multiplier": 0.1}
    model = cls((16, 16, 3), latent_dim=5, style_dim=6, mapping_layers=2, channels=4, max_channels=8, **growth)
    for layer in model.generator.layers:
        if isinstance(layer, NoiseInjection):
            layer.strength.assign(0.3 * np.ones(layer.strength.shape))
    model.generator.get_layer("truncate").average.assign(model.styles(sample_codes(64, 5, 1))[:, 0].mean(axis=0))
    return model

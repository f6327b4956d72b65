"""What models refuse, before any work: counts, labels, codes, images and arguments that are wrong."""

import numpy as np
import pytest
from helpers import EAGER, assert_equal_states, state
from tiny import TINY

from kerasgen.data import ImageDataset
from kerasgen.models import GAN


@pytest.mark.parametrize("n", [0, -1, 2.5, True])
@pytest.mark.parametrize("name", ["vae", "dcgan"])
def test_wrong_number_of_samples(name, n):
    with pytest.raises(ValueError, match="positive whole number. Received: n="):
        TINY[name]().sample(n)


@pytest.mark.parametrize(
    "labels, message",
    [
        (None, "needs labels, whole numbers from 0 to 1, one an image or one for all. Received: none"),
        (2, "from 0 to 1. Received: 2 to 2"),
        ([0, -1, 1], "from 0 to 1. Received: -1 to 1"),
        ([0, 1], "3 whole numbers, or one for all. Received: shape .2,."),
        (0.5, "3 whole numbers.* Received: shape .., float64"),
    ],
)
def test_wrong_labels(labels, message):
    with pytest.raises(ValueError, match=message):
        TINY["conditional_gan"]().sample(3, labels=labels)


def test_labels_for_a_model_without_classes():
    with pytest.raises(ValueError, match="belong to conditional models. Received: labels=1"):
        TINY["dcgan"]().sample(3, labels=1)


@pytest.mark.parametrize(
    "labels, message",
    [
        (None, "This model is trained with labels. Received: images without"),
        (np.array([0, 1, 2, 0]), "from 0 to 1. Received: 0 to 2"),
    ],
)
def test_training_with_wrong_labels(labels, message):
    model = TINY["conditional_gan"]()
    model.compile(**EAGER)
    before = state(model)
    images = np.zeros((4, 8, 8, 1), "float32")
    for x, y in ((images, labels), (ImageDataset(images, labels, batch_size=2), None)):
        with pytest.raises(ValueError, match=message):
            model.fit(x, y, verbose=0)
    assert_equal_states(before, state(model))


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"objective": "mean_squares"}, "Unknown adversarial loss. Received: 'mean_squares'. Did you mean 'least_squares'"),
        ({"penalties": {"r3": 1.0}}, "Unknown penalty. Received: 'r3'"),
        ({"penalties": {"r1": -1.0}}, "DCGAN.penalties.r1: must be float >= 0.0. Received: -1.0"),
        ({"augmentations": ["colour"]}, "Unknown augmentation. Received: 'colour'. Did you mean 'color'"),
        ({"penalty_interval": 0}, "DCGAN.penalty_interval: must be int >= 1. Received: 0"),
        ({"weight_clip": 0.0}, "DCGAN.weight_clip: must be float > 0.0. Received: 0.0"),
    ],
)
def test_wrong_arguments_of_an_adversarial_model(arguments, message):
    with pytest.raises(ValueError, match=message):
        TINY["dcgan"](**arguments)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"hidden": (8, 0)}, r"GAN.hidden\[1\]: must be int >= 1. Received: 0"),
        ({"dropout": (0.5,)}, "GAN.dropout: must be array of length 2. Received: .0.5."),
        ({"dropout": (0.2, 1.0)}, r"GAN.dropout\[1\]: must be float < 1.0. Received: 1.0"),
    ],
)
def test_wrong_arguments_of_dense_adversaries(arguments, message):
    with pytest.raises(ValueError, match=message):
        GAN((6, 5, 1), **arguments)


@pytest.mark.parametrize("shape", [(2, 4), (3,), (0, 3)])
@pytest.mark.parametrize("name", ["autoencoder", "vae", "gan"])
def test_wrong_codes(name, shape):
    with pytest.raises(ValueError, match=r"shape \(n, 3\) with n > 0. Received: shape"):
        TINY[name]().decode(np.zeros(shape, "float32"))


@pytest.mark.parametrize(
    "images, message",
    [
        (np.zeros((4, 28, 28), "float32"), r"\(N, height, width, channels\)"),
        (np.zeros((4, 16, 16, 1), "float32"), r"\(height, width, channels\)"),
        (np.full((4, 28, 28, 1), 200.0, "float32"), r"lie in \[0, 1\]"),
        (np.zeros((4, 28, 28, 1), "int64"), "uint8 or float"),
        (np.full((4, 28, 28, 1), np.nan, "float32"), "finite"),
    ],
)
@pytest.mark.parametrize("name", ["vae", "dcgan"])
def test_wrong_images_are_refused_before_training(name, images, message):
    model = TINY[name]()
    model.compile(**EAGER)
    before = state(model)
    with pytest.raises(ValueError, match=message + ".*Received"):
        model.fit(images, verbose=0)
    assert_equal_states(before, state(model))

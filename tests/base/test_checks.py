"""What `fit` refuses before training."""

import numpy as np
import pytest
from helpers import ANY_BACKEND, numbered

from kerasgen.base.checks import check_training_data, check_training_labels, check_training_pairs
from kerasgen.data import ImageDataset, PairedDataset

pytestmark = ANY_BACKEND

SHAPE = (4, 4, 1)
IMAGES = ImageDataset(numbered(6), np.arange(6), batch_size=2)
PAIRS = PairedDataset(numbered(6), numbered(6, channels=3), batch_size=2)


def tf_dataset(*parts):
    tf = pytest.importorskip("tensorflow")
    return tf.data.Dataset.from_tensor_slices(parts if len(parts) > 1 else parts[0]).batch(2)


def test_fitting_data_pass():
    check_training_data(IMAGES, SHAPE, None, 2)
    check_training_labels(IMAGES, None, 6)
    check_training_pairs(PAIRS, None, (SHAPE, (4, 4, 3)), None, 1)
    images, labels = numbered(6).astype("float32"), np.arange(6)
    check_training_data(tf_dataset(images, labels), SHAPE, None, 9)  # its batches are not known
    check_training_pairs(tf_dataset(images, images), None, (SHAPE, SHAPE), None, 1)
    for check in (check_training_data, lambda x, *_: check_training_labels(x, None, 2)):
        check(iter([images]), SHAPE, None, 1)  # what cannot be told passes


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (PAIRS, "one kind. Received: pairs"),
        (ImageDataset(numbered(6, 5), batch_size=2), r"shape \(4, 4, 1\). Received: \(5, 5, 1\)"),
        (IMAGES, "at least 3 images.* Received: a batch of 2"),
        (numbered(6, channels=3), r"Received: \(4, 4, 3\)"),
        (lambda: tf_dataset(numbered(6)), "must be float.* Received: uint8"),
        (lambda: tf_dataset(numbered(6, 5) / 255), r"Received: \(5, 5, 1\)"),
    ],
)
def test_images_that_do_not_fit(x, message):
    with pytest.raises(ValueError, match=message):
        check_training_data(x() if callable(x) else x, SHAPE, None, 3)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (IMAGES, None, "batches of 1 parts"),
        (PAIRS, None, r"The targets must have .*\(4, 4, 1\). Received: \(4, 4, 3\)"),
        (numbered(6), None, "6 sources and no targets"),
        (numbered(6), numbered(5), "6 sources and 5 targets"),
        (lambda: tf_dataset(numbered(6) / 255), None, "batches of 1 parts"),
    ],
)
def test_pairs_that_do_not_fit(x, y, message):
    with pytest.raises(ValueError, match=message):
        check_training_pairs(x() if callable(x) else x, y, (SHAPE, SHAPE), None, 1)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (PAIRS, None, "Received: images without"),
        (numbered(6), None, "Received: images without"),
        (IMAGES, None, "from 0 to 4. Received: 0 to 5"),
        (numbered(2), np.array([0, 9]), "Received: 0 to 9"),
    ],
)
def test_labels_that_do_not_fit(x, y, message):
    with pytest.raises(ValueError, match=message):
        check_training_labels(x, y, 5)

"""What a rule refuses of a batch, of arrays of all images, and of a `Dataset`."""

import keras
import numpy as np
import pytest
from helpers import ANY_BACKEND, numbered

from kerasgen.base.checks import CodeInput, ImageInput, TrainingData, check_whole
from kerasgen.data import ImageDataset, PairedDataset

pytestmark = ANY_BACKEND

SHAPE = (4, 4, 1)
IMAGES = ImageDataset(numbered(6), np.arange(6), batch_size=2)
UNLABELED = ImageDataset(numbered(6), batch_size=2)
REMAINDER = ImageDataset(numbered(7), batch_size=4, drop_remainder=False)
PAIRS = PairedDataset(numbered(6), numbered(6, channels=3), batch_size=2)
ALONE = TrainingData(SHAPE)
LABELED = TrainingData(SHAPE, labels=5)
PAIRED = TrainingData(SHAPE, (4, 4, 3), pairs=True)
DENOISING = TrainingData(SHAPE, SHAPE)
X = numbered(6)
FLOATS = X / np.float32(255)


def test_fitting_data_pass():
    for x, y in ((X, None), (FLOATS, np.arange(6)), (keras.ops.convert_to_tensor(FLOATS), np.zeros((6, 1)))):
        check_whole(ALONE, x, y, None, 2)
    one_hot = np.eye(5)[[0, 1, 2, 3, 4, 0]]
    for labels in (np.arange(6) % 5, np.arange(6.0) % 5, np.zeros((6, 1), bool), one_hot, one_hot.astype("int64")):
        check_whole(LABELED, X, labels, None, 1)
    for y in (X, FLOATS, np.arange(6), None):
        check_whole(DENOISING, X, y, None, 1)
    check_whole(PAIRED, X, numbered(6, channels=3), None, 1)
    check_whole(PAIRED, PAIRS, None, None, 1)
    check_whole(ALONE, IMAGES, None, None, 2)
    check_whole(LABELED, ImageDataset(X, np.arange(6) % 5, batch_size=2), None, None, 1)
    check_whole(ALONE, iter([X]), None, None, 1)  # a stream: its batches are checked as they come


@pytest.mark.parametrize(
    ("rule", "x", "y", "message"),
    [
        (ALONE, PAIRS, None, "one kind. Received: pairs"),
        (ALONE, ImageDataset(numbered(6, 5), batch_size=2), None, r"shape \(4, 4, 1\). Received: \(5, 5, 1\)"),
        (ALONE, IMAGES, None, "at least 3 images.* Received: a batch of 2"),
        (ALONE, REMAINDER, None, "at least 3 images.* Received: a batch of 3"),
        (ALONE, numbered(6, channels=3), None, r"Received: \(4, 4, 3\)"),
        (ALONE, X[0], None, r"\(N, height, width, channels\).*Received: shape \(4, 4, 1\)"),
        (ALONE, FLOATS * 300, None, r"lie in \[0, 1\]"),
        (ALONE, FLOATS * np.float32(np.nan), None, "finite. Received"),
        (ALONE, X.astype("int32"), None, "uint8 or float.* Received: dtype int32"),
        (ALONE, [X], None, "an array or a tensor. Received: list"),
        (ALONE, "photos", None, "an array or a tensor. Received: 'photos'"),
        (ALONE, {"image": X}, None, "an array or a tensor. Received: dict"),
        (ALONE, X, X, r"images alone; labels.*Received: y of shape \(6, 4, 4, 1\)"),
        (ALONE, X, np.zeros((6, 7)), r"Received: y of shape \(6, 7\)"),
        (ALONE, X, np.arange(5), "as many entries. Received: 6 and 5"),
        (DENOISING, X, X[:, :3], r"targets.* Received: \(3, 4, 1\)"),
        (DENOISING, X, FLOATS - 1, r"`targets` must lie in \[0, 1\]"),
        (DENOISING, X, np.zeros((6, 7)), r"or with targets of the shape \(4, 4, 1\).*Received: y of shape \(6, 7\)"),
        (PAIRED, IMAGES, None, "images of both kinds.* Received: batches of 1 part"),
        (PAIRED, X, None, "Received: sources without targets"),
        (PAIRED, X, numbered(5, channels=3), "Received: 6 and 5"),
        (PAIRED, X, X, r"`targets` .*\(4, 4, 3\). Received: \(4, 4, 1\)"),
        (PAIRED, X, np.arange(6), r"`targets` must be \(N, height"),
        (TrainingData(SHAPE, SHAPE, pairs=True), PAIRS, None, r"The targets must have .*\(4, 4, 1\). Received: \(4, 4, 3\)"),
        (LABELED, UNLABELED, None, "Received: images without"),
        (LABELED, X, None, "trained with labels. Received: images without"),
        (LABELED, IMAGES, None, "from 0 to 4. Received: 0 to 5"),
        (LABELED, X, np.arange(6) + 4, "from 0 to 4. Received: 4 to 9"),
        (LABELED, X, np.arange(6) % 5 + 0.5, "whole numbers. Received: 0.5"),
        (LABELED, X, np.full(6, np.nan), "whole numbers. Received: nan"),
        (LABELED, X, np.ones((6, 5)), "a single 1 in each row of 5"),
        (LABELED, X, np.ones((6, 4)), r"one an image. Received: shape \(6, 4\)"),
        (LABELED, X, np.array(list("abcabc")), "whole numbers. Received: dtype <U1"),
    ],
)
def test_data_that_do_not_fit(rule, x, y, message):
    least = 1 if y is not None else {id(IMAGES): 3, id(REMAINDER): 4}.get(id(x), 1)
    with pytest.raises(ValueError, match=message.replace("at least 3", f"at least {least}")):
        check_whole(rule, x, y, 6, least)


@pytest.mark.parametrize(
    ("rule", "x", "message"),
    [
        (ImageInput(SHAPE), X[:, :3], r"Received: \(3, 4, 1\)"),
        (CodeInput(3), np.zeros((2, 4)), r"shape \(n, 3\)"),
        (CodeInput(3), np.full((2, 3), np.inf), "finite"),
        (CodeInput(3), [np.zeros((2, 3)), np.zeros(2)], "codes alone. Received: 2 arrays"),
        (CodeInput(3, 5), np.zeros((2, 3)), r"\[codes, labels\]. Received: 1 arrays"),
        (CodeInput(3, 5), [np.zeros((2, 3)), np.full(2, 5)], "from 0 to 4"),
    ],
)
def test_inputs_of_predict_that_do_not_fit(rule, x, message):
    with pytest.raises(ValueError, match=message):
        rule.check((x,))

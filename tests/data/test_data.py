"""The data module: batches of arrays, their sizes and channels, and what it refuses."""

import numpy as np
import pytest
from helpers import ANY_BACKEND, gradient, indices_of, numbered
from PIL import Image

from kerasgen.data import ImageDataset, check_images, load
from kerasgen.errors import unknown_name

pytestmark = ANY_BACKEND


def test_batches_are_float_in_unit_range_and_hold_every_image_once():
    batches = load(numbered(10), batch_size=4, drop_remainder=False)
    assert isinstance(batches, ImageDataset)
    assert [len(batch) for batch in batches] == [4, 4, 2]
    assert all(batch.dtype == np.float32 for batch in batches)
    assert sorted(sum((indices_of(batch) for batch in batches), [])) == list(range(10))
    assert (batches.num_images, batches.image_shape, len(batches)) == (10, (4, 4, 1), 3)


def test_remainder_is_dropped_when_shuffled_and_kept_otherwise():
    assert len(load(numbered(10), batch_size=4)) == 2
    assert len(load(numbered(10), batch_size=4, shuffle=False)) == 3


def test_order_is_a_function_of_seed_and_epoch():
    first, second = (load(numbered(40), batch_size=8, seed=3) for _ in range(2))
    second.epoch = 5
    later = [indices_of(batch) for batch in second]
    assert later != [indices_of(batch) for batch in first]
    first.epoch = 5
    assert later == [indices_of(batch) for batch in first]
    expected = np.random.default_rng([3, 5]).permutation(40)
    assert sum(later, []) == expected.tolist()
    assert later != [indices_of(batch) for batch in load(numbered(40), batch_size=8, seed=4)]


def test_mirror_flips_about_half_and_anew_each_epoch():
    images = gradient(200)
    batches = load(images, batch_size=200, mirror=True, shuffle=False)
    flips = []
    for epoch in range(2):
        batches.epoch = epoch
        turned = (batches[0] == images[:, :, ::-1] / np.float32(255)).all((1, 2, 3))
        straight = (batches[0] == images / np.float32(255)).all((1, 2, 3))
        assert (turned ^ straight).all()
        assert 60 < turned.sum() < 140
        flips.append(turned)
    assert (flips[0] != flips[1]).any()
    assert (batches.images() == images / np.float32(255)).all()


def test_labels_stay_with_their_images():
    batches = ImageDataset(numbered(20), np.arange(20), 5, seed=1)
    for images, labels in batches:
        assert labels.dtype == np.int32
        assert indices_of(images) == labels.tolist()


def test_float_images_are_kept_and_rank_three_gets_a_channel():
    images = np.linspace(0, 1, 3 * 25, dtype="float64").reshape(3, 5, 5)
    batches = load(images, batch_size=3, shuffle=False)
    assert batches.image_shape == (5, 5, 1)
    np.testing.assert_array_equal(batches[0][..., 0], images.astype("float32"))


def test_index_out_of_range_ends_iteration():
    with pytest.raises(IndexError, match="Received: 2"):
        load(numbered(8), batch_size=4)[2]


def test_binarized_pixels_are_drawn_by_their_gray_value():
    images = np.full((200, 8, 8, 1), 0.3, "float32")
    train = ImageDataset(images, batch_size=50, binarize=True)
    first, again = train[0], train[0]
    np.testing.assert_array_equal(first, again)
    assert set(np.unique(first)) == {0.0, 1.0}
    assert first.mean() == pytest.approx(0.3, abs=0.03)
    train.epoch = 1
    assert (train.images() != np.concatenate([train[i] for i in range(4)])).any()
    held_out = ImageDataset(images, batch_size=50, binarize=True, shuffle=False)
    before = held_out[1]
    held_out.epoch = 1
    np.testing.assert_array_equal(held_out[1], before)
    np.testing.assert_array_equal(held_out.images()[50:100], before)
    np.testing.assert_array_equal(held_out.images(slice(50, 100)), before)
    np.testing.assert_array_equal(held_out.images(50), before[0])
    assert held_out.images(slice(0, 0)).shape == (0, 8, 8, 1)


def test_weighted_batches():
    batches = ImageDataset(numbered(10), batch_size=5)
    batches.weights = np.array([0.5, 0.5] + [0.0] * 8)
    assert set(indices_of(batches[0]) + indices_of(batches[1])) <= {0, 1}
    batches.weights = None
    assert sorted(indices_of(batches[0]) + indices_of(batches[1])) == list(range(10))
    for wrong in (np.ones(10), np.full(5, 0.2), np.full(10, np.nan)):
        with pytest.raises(ValueError, match="numbers from 0 that sum to 1"):
            batches.weights = wrong


# Sizes and channels


def test_crop_is_central_and_to_the_aspect():
    image = np.zeros((1, 8, 16, 1), "uint8")
    image[:, :, 4:12] = 255
    assert (load(image, image_size=8, batch_size=1).images() == 1.0).all()
    assert load(image, image_size=(4, 8), batch_size=1).image_shape == (4, 8, 1)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_resize_agrees_with_pillow_on_color_images(dtype):
    array = np.random.default_rng(0).integers(0, 256, (12, 12, 3), dtype="uint8")
    expected = np.asarray(Image.fromarray(array).resize((5, 5), Image.Resampling.LANCZOS)) / 255.0
    given = array if dtype == "uint8" else (array / 255.0).astype("float32")
    found = load(given[None], image_size=5, batch_size=1).images()[0]
    np.testing.assert_allclose(found, expected, atol=0 if dtype == "uint8" else 2 / 255, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_channels_convert(dtype):
    scale = 1 if dtype == "uint8" else np.float32(255)
    color = np.zeros((1, 4, 4, 3), dtype)
    color[..., 1] = 200 / scale
    gray = load(color, channels=1, batch_size=1).images()
    assert gray.shape == (1, 4, 4, 1)
    np.testing.assert_allclose(gray, 0.587 * 200 / 255, atol=0.5 / 255)
    assert load(gray, channels=3, batch_size=1).image_shape == (4, 4, 3)


# Checks


@pytest.mark.parametrize(
    ("images", "message"),
    [
        ([[0.0]], "must be an array .* Received: list"),
        (np.zeros((4, 4, 1), "uint8"), r"\(N, height, width, channels\).* Received: shape \(4, 4, 1\)"),
        (np.zeros((0, 4, 4, 1), "uint8"), "not empty"),
        (np.zeros((2, 4, 5, 1), "uint8"), r"\(4, 4, None\). Received: \(4, 5, 1\)"),
        (np.zeros((2, 4, 4, 1), "int64"), "uint8 or float.* Received: dtype int64"),
        (np.zeros((2, 4, 4, 1), bool), "Received: dtype bool"),
        (np.full((2, 4, 4, 1), 200.0), "Divide 0..255 by 255"),
        (np.linspace(-1, 1, 32).reshape(2, 4, 4, 1), r"\(x \+ 1\) / 2"),
        (np.full((2, 4, 4, 1), 1.5), "Received: values from 1.5 to 1.5"),
        (np.full((2, 4, 4, 1), np.nan, "float32"), "must be finite"),
        (np.full((2, 4, 4, 1), np.inf, "float32"), "must be finite"),
    ],
)
def test_check_images_refuses(images, message):
    with pytest.raises(ValueError, match=f"`photos`.*{message}"):
        check_images(images, (4, 4, None), name="photos")


def test_check_images_finds_one_nan_among_many():
    images = np.zeros((3, 4, 4, 1), "float32")
    images[1, 2, 3] = np.nan
    with pytest.raises(ValueError, match="finite"):
        check_images(images)


@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "float64"])
def test_check_images_accepts(dtype):
    assert check_images(np.ones((2, 4, 4, 3), dtype), (4, None, 3)) is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 0}, "positive integer. Received: 0"),
        ({"batch_size": 2.5}, "positive integer. Received: 2.5"),
        ({"batch_size": 11}, "at most the number of images, 10.* Received: 11"),
        ({"image_size": 0}, "`image_size`.* Received: 0"),
        ({"image_size": (4, 4, 3)}, r"Received: \(4, 4, 3\)"),
        ({"channels": 2}, "`channels`.* Received: 2"),
        ({"labels": True}, "An array has no labels"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        load(numbered(10), **arguments)


def test_batch_may_exceed_the_data_where_the_remainder_is_kept():
    assert len(load(numbered(10), batch_size=11, drop_remainder=False)) == 1


@pytest.mark.parametrize("labels", [np.zeros(3, "int64"), np.zeros(4, "float32"), np.zeros((4, 1), "int64")])
def test_labels_must_fit_the_images(labels):
    with pytest.raises(ValueError, match="`labels` must be 4 integers"):
        ImageDataset(numbered(4), labels, 2)


def test_unknown_source_names_its_neighbors():
    pytest.importorskip("tensorflow_datasets")
    with pytest.raises(
        ValueError, match="Unknown data set, and no folder or file. Received: 'portrait'. Did you mean 'portraits'"
    ):
        load("portrait")
    with pytest.raises(ValueError, match="Did you mean 'fashion_mnist'"):
        load("FashionMNIST")
    with pytest.raises(ValueError, match="`source` must be"):
        load(3)


def test_a_folder_that_is_not_there_names_its_neighbors(tmp_path, monkeypatch):
    pytest.importorskip("tensorflow_datasets")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "zqx_photos").mkdir()
    with pytest.raises(
        ValueError, match="Unknown data set, and no folder or file. Received: 'zqx_photo'. Did you mean 'zqx_photos'"
    ):
        load("zqx_photo")


def test_unknown_name_lists_all_when_nothing_is_near():
    error = unknown_name("split", "zzz", ["train", "test"])
    assert str(error) == "Unknown split. Received: 'zzz'. Known: 'test', 'train'."
    assert "(100 in all)" in str(unknown_name("set", "zzz", [f"a{index}" for index in range(100)]))

"""Pairs, from transforms, folders and images side by side, and unpaired sets."""

import numpy as np
import pytest
from helpers import ANY_BACKEND, noise_images, save_all

from kerasgen import data
from kerasgen.data import PairedDataset, UnpairedDataset
from kerasgen.data.transforms import TRANSFORMS, edges

pytestmark = ANY_BACKEND


def test_what_is_done_to_a_source_is_done_to_its_target():
    targets = noise_images(12)
    sources = 255 - targets[..., :1]
    batches = PairedDataset(sources, targets, 4, crop=(12, 10), mirror=True)
    seen = [batches[index] for index in range(len(batches))]
    for x, y in seen:
        assert x.shape == (4, 12, 10, 1) and y.shape == (4, 12, 10, 3)
        np.testing.assert_allclose(x, 1.0 - y[..., :1], atol=1e-6)
    again = [batches[index] for index in range(len(batches))]
    assert all(np.array_equal(a, b) for one, other in zip(seen, again, strict=True) for a, b in zip(one, other, strict=True))
    batches.epoch = 1
    assert not np.array_equal(batches[0][0], seen[0][0])
    x, y = batches.images()
    np.testing.assert_array_equal(y, targets[:, 2:14, 3:13] / np.float32(255))
    still = PairedDataset(sources, targets, 4, crop=(12, 10), shuffle=False)
    np.testing.assert_array_equal(still[0][1], y[:4])


def test_an_epoch_of_two_sets_is_the_longer_one():
    a, b = (np.arange(n, dtype="uint8")[:, None, None, None] * np.ones((1, 4, 4, 1), "uint8") for n in (7, 3))
    batches = UnpairedDataset(a, b)
    assert len(batches) == 7 and batches.num_images == 7
    shown = [[np.rint(255 * part[0, 0, 0, 0]) for part in batches[index]] for index in range(7)]
    firsts, seconds = zip(*shown, strict=True)
    assert sorted(firsts) == list(range(7))
    assert [sorted(seconds[start : start + 3]) for start in (0, 3)] == [[0, 1, 2]] * 2
    batches.epoch = 1
    following = [np.rint(255 * batches[index][1][0, 0, 0, 0]) for index in range(2)]
    assert sorted([seconds[6], *following]) == [0, 1, 2]  # the shorter set goes on where it was
    assert [batches[index][0][0, 0, 0, 0] for index in range(7)] != list(np.array(firsts) / 255)


def test_pairs_from_a_transform_two_folders_and_side_by_side(tmp_path):
    pairs = data.load_pairs("portraits", "gray", "test[:6]", 32, 3, where={"era": "modern"})
    x, y = pairs.images()
    assert x.shape[1:] == (32, 32, 1) and y.shape[1:] == (32, 32, 3) and len(x) < 6
    np.testing.assert_allclose(x[..., 0], y @ np.array([0.299, 0.587, 0.114], "float32"), atol=3 / 255)
    jittered = data.load_pairs("portraits", "edges", "train[:8]", 32, 4, jitter=6)
    assert jittered.image_shapes == ((32, 32, 1), (32, 32, 3)) and jittered[0][0].shape == (4, 32, 32, 1)
    one = noise_images(4)
    two = 255 - one
    names = ["a", "b", "c", "d"]
    save_all(tmp_path / "x" / "train", one, names)
    save_all(tmp_path / "y" / "train", two, names)
    x, y = data.load_pairs((tmp_path / "x", tmp_path / "y"), None, "train", batch_size=2).images()
    np.testing.assert_array_equal(x, one / np.float32(255))
    np.testing.assert_array_equal(y, two / np.float32(255))
    save_all(tmp_path / "both" / "val", np.concatenate([one, two], axis=2), names)
    save_all(tmp_path / "both" / "train", np.concatenate([one, two], axis=2), names)
    x, y = data.load_pairs(tmp_path / "both", "right_to_left", "val", batch_size=2).images()
    np.testing.assert_array_equal(x, two / np.float32(255))
    np.testing.assert_array_equal(y, one / np.float32(255))


def test_halves_that_are_not_square_are_cut_first_and_fitted_alike(tmp_path):
    half = np.tile(np.linspace(0, 255, 96).astype("uint8")[None, :, None], (64, 1, 3))
    both = np.concatenate([half, half], axis=1)
    save_all(tmp_path / "files" / "train", both[None], ["a"])
    np.savez(tmp_path / "both.npz", images=both[None])
    for source in ("files", "both.npz"):
        x, y = data.load_pairs(tmp_path / source, "left_to_right", image_size=32, batch_size=1).images()
        assert x.shape == (1, 32, 32, 3)
        np.testing.assert_array_equal(x, y)
        assert (x[0, 0, 0, 0] * 255, x[0, 0, -1, 0] * 255) == pytest.approx((44, 211), abs=3)  # the middle 64 of 96
    save_all(tmp_path / "odd" / "train", both[None, :, 1:], ["a"])
    with pytest.raises(ValueError, match="even width. Received: .*a.*191 pixels"):
        data.load_pairs(tmp_path / "odd", "left_to_right", image_size=32, batch_size=1)


def test_unpaired_sets_from_a_label_and_from_an_archives_folders(tmp_path):
    eras = data.load_unpaired("portraits", ("historical", "modern"), "test", 16, 2, label="era")
    assert [len(part) for part in eras.images()] == [193, 131]
    save_all(tmp_path / "trainA", noise_images(3), "abc")
    save_all(tmp_path / "trainB", noise_images(2), "de")
    assert [len(part) for part in data.load_unpaired(tmp_path, ("A", "B")).images()] == [3, 2]


@pytest.mark.parametrize("name", TRANSFORMS)
def test_transforms_keep_the_size(name):
    image = data.load("portraits", "test[-1:]", shuffle=False, drop_remainder=False).source[0]  # in color
    transformed = TRANSFORMS[name](image)
    assert transformed.shape[:2] == (64, 64) and transformed.dtype == np.uint8
    assert np.abs(transformed.astype(int) - image).mean() > 0


def test_edges_are_dark_lines_and_a_plain_image_has_none():
    image = np.full((64, 64, 3), 200, "uint8")
    assert (edges(image) == 255).all()
    image[:, 30:33] = 20
    lines = edges(image)[..., 0] == 0
    assert lines[:, 31].mean() > 0.9 and lines[:, :24].sum() == lines[:, 40:].sum() == 0


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda folder: data.load_pairs((folder / "x", folder / "y"), None),
            "partner of the same name. Received: b, c, in one",
        ),
        (lambda folder: data.load_pairs((folder / "x", folder / "z"), None), "Received: no folder"),
        (lambda folder: data.load_pairs("portraits", "edge", "test[:4]"), "Did you mean 'edges'"),
        (lambda folder: data.load_pairs("portraits", "edges", "test[:4]", jitter=3), "with image_size. Received"),
        (lambda folder: data.load_pairs("portraits", "gray", "test[:4]", where={"era": "modem"}), "Did you mean 'modern'"),
        (lambda folder: data.load_unpaired("portraits", ("modern",), label="era"), "two domains. Received"),
        (lambda folder: PairedDataset(noise_images(2), noise_images(3)), "agree in number, height, width and dtype. Received"),
        (
            lambda folder: PairedDataset(noise_images(2), noise_images(2), crop=(20, 8)),
            "must lie in the images, .* Received: crop",
        ),
        (lambda folder: UnpairedDataset(noise_images(2), noise_images(2, channels=1)), "must have one shape. Received"),
    ],
)
def test_wrong_sets(call, message, tmp_path):
    save_all(tmp_path / "x", noise_images(2), "ab")
    save_all(tmp_path / "y", noise_images(2), "ac")
    with pytest.raises(ValueError, match=message):
        call(tmp_path)

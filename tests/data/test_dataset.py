"""What all datasets have in common: their sizes, batches, parts."""

import numpy as np
import pytest
from helpers import ANY_BACKEND, indices_of, numbered, save

from kerasgen import data
from kerasgen.data import Dataset, ImageDataset, PairedDataset, UnpairedDataset

pytestmark = ANY_BACKEND


@pytest.fixture
def loaded(tmp_path):
    """What each loader gives: {name: (dataset, the number of kinds of images)}."""
    for split, count in (("trainA", 6), ("trainB", 9)):
        for index, image in enumerate(numbered(count, 8, 3)):
            save(tmp_path / split / f"{index}.png", image)
    return {
        "array": (data.load(numbered(10, 8, 3), batch_size=4), 1),
        "folder": (data.load(tmp_path, "trainB", batch_size=4), 1),
        "sprites": (data.load("sprites", "test[:9]", batch_size=4, channels=3, image_size=8), 1),
        "pairs": (data.load_pairs(tmp_path, "gray", "trainA", batch_size=2), 2),
        "unpaired": (data.load_unpaired(tmp_path, ("A", "B"), batch_size=2), 2),
    }


def test_every_loader_gives_a_dataset(loaded):
    for name, (dataset, kinds) in loaded.items():
        assert isinstance(dataset, Dataset), name
        assert dataset.labels is None and dataset.class_names is None, name
        assert len(dataset.image_shapes) == kinds and dataset.image_shape == (8, 8, 3), name
        batches = list(dataset.batches())
        rounding = 0 if dataset.drop_remainder else dataset.batch_size - 1
        assert len(batches) == len(dataset) == (dataset.num_images + rounding) // dataset.batch_size, name
        assert dataset.epoch == 0, name
        for batch, other in zip(batches, dataset, strict=True):
            parts, others = (each if isinstance(each, tuple) else (each,) for each in (batch, other))
            assert [part.shape[1:] for part in parts] == list(dataset.image_shapes), name
            assert all(np.array_equal(*pair) for pair in zip(parts, others, strict=True)), name


def test_a_split_gives_every_image_to_one_part():
    dataset = ImageDataset(numbered(20), np.arange(20), 4, class_names=["a"], shuffle=False)
    first, second = dataset.split(0.7, seed=3)
    assert (first.num_images, second.num_images, len(first), second.class_names) == (14, 6, 4, ["a"])
    assert sorted(first.labels.tolist() + second.labels.tolist()) == list(range(20))
    for part in (first, second):
        assert indices_of(part.images()) == part.labels.tolist() == sorted(part.labels)
        assert [labels.tolist() == indices_of(images) for images, labels in part] == [True] * len(part)
    assert dataset.split(0.7, seed=3)[0].labels.tolist() == first.labels.tolist()
    assert dataset.split(0.7, seed=4)[0].labels.tolist() != first.labels.tolist()
    again = first.split(0.5)[1]
    assert set(again.labels) < set(first.labels) and indices_of(again.images()) == again.labels.tolist()


def test_a_split_keeps_pairs_together():
    sources, targets = numbered(12), numbered(12, channels=3)
    parts = PairedDataset(sources, targets, 2, crop=(2, 2)).split(0.5)
    shown = [sum((indices_of(x) for x, _ in part), []) for part in parts]
    assert sorted(shown[0] + shown[1]) == list(range(12))
    for part in parts:
        assert part.image_shapes == ((2, 2, 1), (2, 2, 3)) and part.num_images == 6
        assert all(indices_of(x) == indices_of(y) for x, y in part)


def test_a_split_parts_both_sets():
    first, second = UnpairedDataset(numbered(4), numbered(8)).split(0.5)
    assert (first.num_images, second.num_images, len(first)) == (4, 4, 4)
    for a, b, count in zip(first.images(), second.images(), (4, 8), strict=True):
        assert sorted(indices_of(a) + indices_of(b)) == list(range(count))
    first.epoch = 1
    assert second.epoch == 0


@pytest.mark.parametrize("fraction", [0, 1, -0.5, 0.01, 0.99, float("nan")])
def test_a_split_leaves_both_parts_an_image(fraction):
    with pytest.raises(ValueError, match=f"leave both parts an image. Received: fraction={fraction} of 10 images"):
        ImageDataset(numbered(10), batch_size=2).split(fraction)


def test_a_part_smaller_than_a_batch_is_one():
    large, small = ImageDataset(numbered(10), batch_size=4).split(0.8)
    assert [len(batch) for part in (large, small) for batch in part] == [4, 4, 2]
    for part in UnpairedDataset(numbered(10), numbered(40), 4).split(0.8):
        assert {tuple(map(len, batch)) for batch in part} == {(part.batch_size,) * 2}
    assert part.batch_size == 2

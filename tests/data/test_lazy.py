"""Images that are made when they are asked for."""

import numpy as np
import pytest
from helpers import ANY_BACKEND, indices_of, numbered

from kerasgen.data import ImageDataset, PairedDataset
from kerasgen.data.lazy import Cached, Joined, LazyImages, Mapped, Subset

pytestmark = ANY_BACKEND


class Counted(LazyImages):
    """Numbered images that note which were made."""

    costly = True

    def __init__(self, count):
        super().__init__(count, (4, 4, 1))
        self.made = []

    def take(self, indices):
        self.made += indices.tolist()
        return numbered(len(self))[indices]


@pytest.mark.parametrize(
    "chosen", [3, -1, np.int64(2), slice(None), slice(1, 8, 3), np.array([4, 0, 4]), np.array([-1, 2]), np.arange(10) % 3 == 0]
)
def test_they_are_indexed_as_arrays_are(chosen):
    np.testing.assert_array_equal(Counted(10)[chosen], numbered(10)[chosen])
    np.testing.assert_array_equal(Subset(Counted(12), np.arange(2, 12))[chosen], numbered(12)[2:][chosen])


def test_they_end_and_become_arrays():
    assert [image[0, 0, 0] for image in Counted(3)] == [0, 1, 2]
    np.testing.assert_array_equal(np.asarray(Counted(3)), numbered(3))
    with pytest.raises(IndexError):
        Counted(3)[3]


@pytest.mark.parametrize("room", [0, 4, 10])
def test_a_cache_makes_what_it_has_room_for_once(monkeypatch, room):
    monkeypatch.setattr("kerasgen.data.lazy.CACHE_BYTES", room * 16 + 15)
    images = Counted(10)
    cached = Cached(images)
    order = np.array([9, 3, 3, 0, 5, 4])
    for _ in range(3):
        np.testing.assert_array_equal(cached[order], numbered(10)[order])
    assert {index: images.made.count(index) for index in (0, 3)} == {0: 1 if room else 3, 3: 1 if room else 6}
    assert images.made.count(9) == (1 if room == 10 else 3)


def test_a_dataset_keeps_what_was_made():
    images = Counted(8)
    dataset = ImageDataset(images, batch_size=4)
    for epoch in range(2):
        dataset.epoch = epoch
        assert sorted(sum(map(indices_of, dataset), [])) == list(range(8))
    assert sorted(images.made) == list(range(8))
    halves = dataset.split(0.5)
    assert sorted(sum((indices_of(half.images()) for half in halves), [])) == list(range(8))
    assert len(images.made) == 8


def test_what_both_of_a_pair_are_made_of_is_made_once(monkeypatch):
    monkeypatch.setattr("kerasgen.data.lazy.CACHE_BYTES", 0)
    images = Counted(6)
    brighter = Mapped(images, lambda image: image + np.uint8(1))
    images.made.clear()
    joined = Joined(brighter, images)[np.array([4, 2])]
    assert images.made == [4, 2] and joined.shape == (2, 4, 4, 2)
    for source, target in PairedDataset(brighter, images, 3):
        assert indices_of(source) == [index + 1 for index in indices_of(target)]
    assert len(images.made) == 2 + 6

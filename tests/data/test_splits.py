"""Slices of a split by their names."""

import pytest
from helpers import ANY_BACKEND, indices_of, numbered

from kerasgen.data import load
from kerasgen.data.splits import select

pytestmark = ANY_BACKEND


@pytest.mark.parametrize(
    ("split", "expected"),
    [
        ("train", [("train", range(0, 10))]),
        ("train[:25%]", [("train", range(0, 2))]),
        ("train[90%:]", [("train", range(9, 10))]),
        ("train[-3:]", [("train", range(7, 10))]),
        ("train[2:4]+test", [("train", range(2, 4)), ("test", range(0, 3))]),
        ("test[10:90%]", [("test", range(0, 3))]),
        ("train[33.3%:-20%]", [("train", range(3, 8))]),
    ],
)
def test_split_slices(split, expected):
    assert select(split, {"train": 10, "test": 3}) == expected


@pytest.mark.parametrize(
    "split", ["trian", "train[5:5]", "train[1", "train[1:2:3]", "train[:]", "train[:11]", "train[1.5:]", "", None]
)
def test_bad_splits(split):
    with pytest.raises(ValueError, match="Received: "):
        load(numbered(10), split=split)


def test_array_slices_and_shuffles_by_split_name():
    batches = load(numbered(10), split="train[4:6]+train[:1]", batch_size=3, shuffle=False)
    assert indices_of(batches[0]) == [4, 5, 0]
    assert load(numbered(10), split="train[:5]", batch_size=2).shuffle
    assert not load("portraits", split="test[:2]", batch_size=2).shuffle

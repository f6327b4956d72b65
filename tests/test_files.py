"""The only atomic write, and sha256."""

import hashlib

import pytest

from kerasgen.files import atomic_write, sha256


def test_a_file_is_replaced_at_the_end_and_nothing_stays_beside_it(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("before")
    with atomic_write(path) as beside:
        beside.write_text("after")
        assert path.read_text() == "before" and beside.name.endswith("a.txt") and beside.parent == tmp_path
    assert path.read_text() == "after"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_what_fails_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("before")
    with pytest.raises(RuntimeError, match="half"), atomic_write(path) as beside:
        beside.write_text("half")
        raise RuntimeError("half")
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_sha256(tmp_path):
    content = bytes(range(256)) * 10_000
    (tmp_path / "a").write_bytes(content)
    assert sha256(tmp_path / "a") == hashlib.sha256(content).hexdigest()

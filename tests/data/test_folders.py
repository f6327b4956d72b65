"""Folders of image files as data."""

import os
import subprocess
import sys
import tarfile
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from helpers import ANY_BACKEND, indices_of, numbered, save
from PIL import ExifTags, Image

from kerasgen.data import load

pytestmark = ANY_BACKEND


def test_folder_with_classes_and_splits(tmp_path):
    for split, classes in {"train": "ab", "test": "b"}.items():
        for name in classes:
            for index in range(3):
                save(tmp_path / split / name / f"{index}.png", np.full((6, 6, 3), 10 * index + ord(name), "uint8"))
    batches = load(tmp_path, labels=True, batch_size=6)
    # By the names of the files, so that a slice holds every class.
    assert (batches.class_names, batches.labels.tolist()) == (["a", "b"], [0, 1, 0, 1, 0, 1])
    held_out = load(str(tmp_path), "test", labels="label")
    # Class b keeps its number where class a is missing.
    assert (held_out.class_names, held_out.labels.tolist()) == (["a", "b"], [1, 1, 1])
    assert indices_of(held_out.images()) == [98, 108, 118]
    with pytest.raises(ValueError, match="Unknown split. Received: 'validation'"):
        load(tmp_path, "validation")


def test_folder_without_splits_is_train_only(tmp_path):
    for index in range(4):
        save(tmp_path / f"{index}.png", np.full((6, 6), index, "uint8"))
    save(tmp_path / ".thumbnails" / "x.png", np.zeros((2, 2), "uint8"))
    batches = load(tmp_path, "train[1:]", batch_size=3, shuffle=False)
    assert indices_of(batches[0]) == [1, 2, 3]
    with pytest.raises(ValueError, match="Unknown split. Received: 'test'"):
        load(tmp_path, "test")
    with pytest.raises(ValueError, match="every image must lie in one"):
        load(tmp_path, labels=True)


def test_folder_mixes_gray_and_color_as_color(tmp_path):
    save(tmp_path / "a.png", np.full((6, 6), 7, "uint8"))
    save(tmp_path / "b.jpg", np.full((6, 6, 3), 9, "uint8"))
    assert load(tmp_path, batch_size=2).image_shape == (6, 6, 3)


def test_folder_of_different_sizes(tmp_path):
    save(tmp_path / "a.png", np.zeros((6, 6), "uint8"))
    save(tmp_path / "b.png", np.zeros((8, 6), "uint8"))
    with pytest.raises(ValueError, match=r"need `image_size`. Received: .*a.png of \(6, 6\) and .*b.png of \(8, 6\)"):
        load(tmp_path)
    assert load(tmp_path, image_size=4, batch_size=2).image_shape == (4, 4, 1)


@pytest.mark.parametrize("damage", ["text", "cut", "deep"])
def test_folder_names_the_bad_file(tmp_path, damage):
    save(tmp_path / "a.png", np.zeros((64, 64), "uint8"))
    bad = tmp_path / "bad.png"
    if damage == "text":
        bad.write_text("no image")
    elif damage == "cut":
        noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype="uint8")
        save(bad, noise)
        bad.write_bytes(bad.read_bytes()[:2000])
    else:
        Image.new("I", (64, 64)).save(bad, "TIFF")
    with pytest.raises(ValueError, match="Received: .*bad.png"):
        load(tmp_path)


def test_damage_within_a_file_is_told_when_it_is_read(tmp_path):
    for name in "ab":
        save(tmp_path / f"{name}.png", np.random.default_rng(0).integers(0, 256, (64, 64), dtype="uint8"))
    content = bytearray((tmp_path / "b.png").read_bytes())
    content[1000:1100] = bytes(100)
    (tmp_path / "b.png").write_bytes(content)
    batches = load(tmp_path, batch_size=1, shuffle=False)
    assert batches[0].shape == (1, 64, 64, 1)
    with pytest.raises(ValueError, match="must be readable. Received: .*b.png"):
        batches[1]


def test_a_gray_file_that_becomes_color_is_named_when_it_is_read(tmp_path):
    for name in "ab":
        save(tmp_path / f"{name}.png", np.zeros((6, 6), "uint8"))
    batches = load(tmp_path, batch_size=1, shuffle=False)
    save(tmp_path / "b.png", np.zeros((6, 6, 3), "uint8"))
    assert batches[0].shape == (1, 6, 6, 1)
    with pytest.raises(ValueError, match="must stay as they were.* Received: .*b.png, of 3 channels now, not 1"):
        batches[1]


def test_relative_paths_hold_when_the_working_directory_changes(tmp_path, monkeypatch):
    save(tmp_path / "pets" / "a.png", np.full((6, 6), 7, "uint8"))
    with tarfile.open(tmp_path / "pets.tar", "w") as archive:
        archive.add(tmp_path / "pets" / "a.png", "a.png")
    monkeypatch.chdir(tmp_path)
    loaded = [load(name, batch_size=1) for name in ("pets/", "./pets.tar")]
    monkeypatch.chdir(tmp_path / "pets")
    assert [indices_of(batches.images()) for batches in loaded] == [[7], [7]]


def test_a_linked_class_is_a_class(tmp_path):
    for name in ("store/cats", "set/dogs"):
        for index in range(3):
            save(tmp_path / name / f"{index}.png", np.zeros((6, 6), "uint8"))
    (tmp_path / "set" / "cats").symlink_to(Path("..", "store", "cats"))
    found = load(tmp_path / "set", labels=True, batch_size=1)
    assert (found.class_names, found.num_images) == (["cats", "dogs"], 6)


@pytest.mark.parametrize("target", [".", "..", "../store", "nowhere"])
def test_links_into_themselves_and_to_nothing_are_named(tmp_path, target):
    save(tmp_path / "set" / "dogs" / "0.png", np.zeros((6, 6), "uint8"))
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "back").symlink_to(tmp_path / "set")
    (tmp_path / "set" / "cats").symlink_to(target)
    with pytest.raises(
        ValueError, match="must .*lead to.*Received: .*cats" if target == "nowhere" else "linked into itself.*cats"
    ):
        load(tmp_path / "set")


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_turned_files_are_set_upright(tmp_path, suffix, orientation):
    upright = np.zeros((24, 16, 3), "uint8")
    upright[:12] = 255
    noted = Image.Exif()
    noted[ExifTags.Base.Orientation] = orientation
    stored = np.rot90(upright, {1: 0, 3: 2, 6: 1, 8: 3}[orientation])
    Image.fromarray(stored).save(tmp_path / f"a.{suffix}", exif=noted.tobytes())
    save(tmp_path / "b.png", upright)
    images = load(tmp_path, batch_size=1, shuffle=False).images()
    np.testing.assert_allclose(images[0], images[1], atol=0.1)


def test_files_with_more_after_their_end_are_read(tmp_path):
    save(tmp_path / "a.jpg", np.full((6, 6, 3), 9, "uint8"))
    with (tmp_path / "a.jpg").open("ab") as file:
        file.write(b"trailer")
    assert indices_of(load(tmp_path, batch_size=1).images()) == [9]


def test_folders_are_read_batch_by_batch(tmp_path, monkeypatch):
    """A pass holds a few images, not all of them: 40 of 192 KiB as uint8."""
    monkeypatch.setattr("kerasgen.data.lazy.CACHE_BYTES", 0)
    for index in range(40):
        save(tmp_path / f"{index:02}.jpg", np.full((256, 256, 3), index, "uint8"))
    tracemalloc.start()
    try:
        batches = load(tmp_path, batch_size=1)
        seen = [indices_of(batch)[0] for batch in batches]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sorted(seen) == list(range(40))
    assert peak < 40 * 192 * 1024 / 3


def test_empty_folder(tmp_path):
    with pytest.raises(ValueError, match="must hold image files"):
        load(tmp_path)
    for name in (tmp_path / "missing", f"{tmp_path}/missing", "missing/a.png"):
        with pytest.raises(ValueError, match="existing folder or file .*Received: .*missing.*, no such folder or file"):
            load(name)
    save(tmp_path / "a.png", np.zeros((6, 6), "uint8"))
    with pytest.raises(ValueError, match="existing folder or file .*Received: .*a.png', a file of another kind"):
        load(str(tmp_path / "a.png"))


def test_sources_load_without_tensorflow(tmp_path):
    save(tmp_path / "a.png", numbered(2, 8)[1, ..., 0])
    program = f"""
import sys
sys.modules["tensorflow"] = None  # makes `import tensorflow` an ImportError
import kerasgen.data
assert "keras" not in sys.modules
import numpy as np
from kerasgen.data import load
assert load("portraits", "test[:3]", labels=True, batch_size=3)[0][0].shape == (3, 64, 64, 3)
assert load({str(tmp_path)!r}, batch_size=1).image_shape == (8, 8, 1)
assert load(np.zeros((2, 4, 4, 3), "uint8"), batch_size=2)[0].shape == (2, 4, 4, 3)
try:
    load("fashion_mnist", data_dir={str(tmp_path)!r})
except ImportError as error:
    assert "TensorFlow" in str(error) and "'fashion_mnist'" in str(error), error
else:
    raise AssertionError("no ImportError")
"""
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

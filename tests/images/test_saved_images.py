"""Image files by their suffix."""

import sys

import numpy as np
import pytest
from helpers import ANY_BACKEND
from PIL import Image

from kerasgen.images import check_suffix, save_image

pytestmark = ANY_BACKEND


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    "name, kind, error", [("a.png", "PNG", 0), ("a.jpg", "JPEG", 4), ("a.JPEG", "JPEG", 4), ("a.webp", "WEBP", 0)]
)
def test_the_suffix_is_the_format(tmp_path, name, kind, error, channels):
    ramp = np.add.outer(np.arange(0, 120, 5), np.arange(0, 120, 4)).astype("uint8")
    image = np.stack([ramp, 255 - ramp, ramp // 2][:channels], axis=-1)
    path = save_image(tmp_path / name, image)
    content = path.read_bytes()
    with Image.open(path) as read:
        assert read.format == kind
        found = np.asarray(read.convert("L" if channels == 1 else "RGB")).reshape(image.shape)
    assert np.abs(found.astype(int) - image).max() <= error
    assert save_image(path, image).read_bytes() == content
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_what_cannot_be_written_is_told_and_leaves_nothing(tmp_path, monkeypatch):
    for name in ("a.gif", "a", "a.png.txt"):
        with pytest.raises(ValueError, match=rf"must end in one of .png, .jpg, .jpeg, .webp. Received: {name}\.$"):
            check_suffix(name)
    with pytest.raises(ValueError, match="WEBP file has 16,383 pixels a side at most. Received: 16384 x 1 "):
        save_image(tmp_path / "a.webp", np.zeros((1, 16384, 1), "uint8"))
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert check_suffix("a.png") == "PNG"
    with pytest.raises(ImportError, match="A JPEG file is written by Pillow: pip install pillow. Received: a.jpg"):
        check_suffix("a.jpg")
    assert list(tmp_path.iterdir()) == []

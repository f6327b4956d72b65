"""PNG files, and images of any size through a translator of one size."""

import numpy as np
import pytest
from helpers import ANY_BACKEND
from PIL import Image

from kerasgen.images import save_png
from kerasgen.images.tiling import fit_in, translate_image

pytestmark = ANY_BACKEND


@pytest.mark.parametrize("channels", [1, 3])
def test_a_png_holds_its_image(tmp_path, channels):
    image = np.random.default_rng(0).integers(0, 256, (7, 5, channels), "uint8")
    with Image.open(save_png(tmp_path / "a.png", image)) as read:
        read.load()
        assert (read.format, read.mode) == ("PNG", "L" if channels == 1 else "RGB")
        np.testing.assert_array_equal(np.asarray(read).reshape(image.shape), image)
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.parametrize("tiled", [False, True])
@pytest.mark.parametrize("shape", [(16, 16), (40, 23), (7, 50), (64, 16)])
def test_an_image_of_any_size_comes_back_in_its_size(shape, tiled):
    smooth = np.add.outer(np.linspace(0, 120, shape[0]), np.linspace(0, 120, shape[1]))
    image = np.repeat(np.rint(smooth).astype("uint8")[..., None], 3, axis=-1)

    def invert(images):
        assert images.shape[1:] == (16, 16, 3)
        return 1.0 - images[..., :1]

    inverted = translate_image(invert, image, (16, 16), tiled)
    assert inverted.shape == (*shape, 1)
    assert np.abs(255 - inverted.astype(int)[..., 0] - image[..., 0]).max() <= (1 if tiled else 20)


def test_an_image_is_fitted_in_with_its_aspect():
    inside, (rows, columns) = fit_in(np.ones((10, 40, 1), "float32"), (16, 16))
    assert inside.shape == (16, 16, 1)
    assert (rows.stop - rows.start, columns.stop - columns.start) == (4, 16)
    with pytest.raises(ValueError, match="64,000,000 pixels at most. Received: 8001 x 8000"):
        translate_image(lambda x: x, np.broadcast_to(np.uint8(0), (8000, 8001, 1)), (16, 16))


def test_a_png_is_whole_or_not_at_all(tmp_path):
    save_png(tmp_path / "a.png", np.zeros((2, 2, 1), "uint8"))
    before = (tmp_path / "a.png").read_bytes()
    with pytest.raises(ValueError, match="not enough values"):
        save_png(tmp_path / "a.png", np.zeros((2, 2), "uint8"))
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [before]

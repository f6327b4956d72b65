"""Pictures of any size through a translator, from files and folders."""

import numpy as np
import pytest
from helpers import ANY_BACKEND, pictures, save_all
from PIL import Image
from tiny import TINY

from kerasgen.analysis.translated_files import read_images, translate_files
from kerasgen.data.transforms import TRANSFORMS
from kerasgen.images import save_png
from kerasgen.images.tiling import fit_in, translate_image

pytestmark = ANY_BACKEND


@pytest.mark.parametrize("channels", [1, 3])
def test_a_png_holds_its_picture(tmp_path, channels):
    picture = np.random.default_rng(0).integers(0, 256, (7, 5, channels), "uint8")
    with Image.open(save_png(tmp_path / "a.png", picture)) as read:
        read.load()
        assert (read.format, read.mode) == ("PNG", "L" if channels == 1 else "RGB")
        np.testing.assert_array_equal(np.asarray(read).reshape(picture.shape), picture)
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.parametrize("tiled", [False, True])
@pytest.mark.parametrize("shape", [(16, 16), (40, 23), (7, 50), (64, 16)])
def test_a_picture_of_any_size_comes_back_in_its_size(shape, tiled):
    smooth = np.add.outer(np.linspace(0, 120, shape[0]), np.linspace(0, 120, shape[1]))
    picture = np.repeat(np.rint(smooth).astype("uint8")[..., None], 3, axis=-1)

    def invert(images):
        assert images.shape[1:] == (16, 16, 3)
        return 1.0 - images[..., :1]

    inverted = translate_image(invert, picture, (16, 16), tiled)
    assert inverted.shape == (*shape, 1)
    assert np.abs(255 - inverted.astype(int)[..., 0] - picture[..., 0]).max() <= (1 if tiled else 20)


def test_a_picture_is_fitted_in_with_its_aspect():
    inside, (rows, columns) = fit_in(np.ones((10, 40, 1), "float32"), (16, 16))
    assert inside.shape == (16, 16, 1)
    assert (rows.stop - rows.start, columns.stop - columns.start) == (4, 16)
    with pytest.raises(ValueError, match="64,000,000 pixels at most. Received: 8001 x 8000"):
        translate_image(lambda x: x, np.broadcast_to(np.uint8(0), (8000, 8001, 1)), (16, 16))


def test_files_and_folders_are_translated(tmp_path):
    save_all(tmp_path / "in" / "deep", pictures(2, 20, 30), ["a", "b"])
    save_all(tmp_path / "other", pictures(1, 9, 9, 3), ["c"])
    model = TINY["pix2pix"]()
    read, skipped = read_images([tmp_path / "in", tmp_path / "other" / "c.png"])
    assert sorted(map(str, read)) == ["c.png", "deep/a.png", "deep/b.png"] and not skipped
    make_grid = translate_files(model, read, tmp_path / "out", drawing=TRANSFORMS["edges"])
    for file, size in ((tmp_path / "out" / "deep" / "a.png", (30, 20)), (make_grid, (3 * 18 - 2, 2 * 18 - 2))):
        with Image.open(file) as picture:
            assert picture.size == size
    with pytest.raises(ValueError, match="not replaced unless told to .overwrite.. Received"):
        translate_files(model, read, tmp_path / "out")
    with pytest.raises(ValueError, match="one that the translator has: a_to_b. Received: 'b_to_a'"):
        translate_files(model, read, tmp_path / "again", "b_to_a")
    with pytest.raises(ValueError, match="by translators.* Received: VAE"):
        translate_files(TINY["vae"](), read, tmp_path / "again")
    assert not (tmp_path / "again").exists()
    (tmp_path / "in" / "broken.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match="must be readable. Received: .*broken.png"):
        read_images([tmp_path / "in"])
    read, skipped = read_images([tmp_path / "in"], skip_unreadable=True)
    assert len(read) == 2 and skipped[0][0].name == "broken.png"
    with pytest.raises(ValueError, match="names of their own"):
        read_images([tmp_path / "in" / "deep", tmp_path / "in" / "deep" / "a.png"])

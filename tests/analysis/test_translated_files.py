"""Translation of image files and folders of them."""

import pytest
from handmade import write_decoder
from helpers import ANY_BACKEND, noise_images, save_all
from PIL import Image
from tiny import TINY

from kerasgen import runtime
from kerasgen.analysis.translated_files import read_images, translate_files
from kerasgen.data.transforms import TRANSFORMS

pytestmark = ANY_BACKEND


def test_files_and_folders_are_translated(tmp_path):
    save_all(tmp_path / "in" / "deep", noise_images(2, 20, 30), ["a", "b"])
    save_all(tmp_path / "other", noise_images(1, 9, 9, 3), ["c"])
    model = TINY["pix2pix"]()
    read, skipped = read_images([tmp_path / "in", tmp_path / "other" / "c.png"])
    assert sorted(map(str, read)) == ["c.png", "deep/a.png", "deep/b.png"] and not skipped
    grid = translate_files(model, read, tmp_path / "out", transform=TRANSFORMS["edges"])
    for file, size in ((tmp_path / "out" / "deep" / "a.png", (30, 20)), (grid, (3 * 18 - 2, 2 * 18 - 2))):
        with Image.open(file) as image:
            assert image.size == size
    with pytest.raises(ValueError, match="replaced only with overwrite=True. Received"):
        translate_files(model, read, tmp_path / "out")
    with pytest.raises(ValueError, match="one that the translator has: a_to_b. Received: 'b_to_a'"):
        translate_files(model, read, tmp_path / "again", "b_to_a")
    with pytest.raises(ValueError, match="by translators.* Received: VAE"):
        translate_files(TINY["vae"](), read, tmp_path / "again")
    decoder = runtime.load(write_decoder(tmp_path / "decoder.onnx", "batch"))
    with pytest.raises(ValueError, match="by translators.* Received: a file of the decoder"):
        translate_files(decoder, read, tmp_path / "again")
    assert not (tmp_path / "again").exists()
    (tmp_path / "in" / "broken.png").write_bytes(b"no image")
    with pytest.raises(ValueError, match="must be readable. Received: .*broken.png"):
        read_images([tmp_path / "in"])
    read, skipped = read_images([tmp_path / "in"], skip_unreadable=True)
    assert len(read) == 2 and skipped[0][0].name == "broken.png"
    with pytest.raises(ValueError, match="names of their own"):
        read_images([tmp_path / "in" / "deep", tmp_path / "in" / "deep" / "a.png"])

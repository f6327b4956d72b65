"""Image files of all kinds as upright sRGB."""

import io

import numpy as np
import pytest
from helpers import ANY_BACKEND
from PIL import Image, ImageCms

from kerasgen.images.opening import RefusedImage, open_image, standard

pytestmark = ANY_BACKEND


def stored(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def pixel(content, background=(255, 255, 255)):
    with open_image(content) as image:
        found = standard(image, background)
        return found.mode, found.getpixel((0, 0))


@pytest.mark.parametrize("mode, kind", [("RGBA", "PNG"), ("RGBA", "WEBP"), ("LA", "PNG"), ("RGBA", "GIF"), ("RGBA", "TIFF")])
def test_what_is_transparent_is_composed_over_the_background(mode, kind):
    image = Image.new("RGBA", (8, 8), (20, 20, 20, 0))
    image.paste((20, 20, 20, 255), (4, 4, 8, 8))
    content = stored(image.convert(mode), kind, **({"lossless": True, "exact": True} if kind == "WEBP" else {}))
    gray = mode == "LA"
    assert pixel(content) == (("L", 255) if gray else ("RGB", (255, 255, 255)))
    assert pixel(content, (10, 200, 10)) == (("L", 122) if gray else ("RGB", (10, 200, 10)))
    with open_image(content) as opened:
        assert standard(opened).convert("L").getpixel((7, 7)) == 20


def test_a_color_key_is_transparent():
    assert pixel(stored(Image.new("RGB", (4, 4), (1, 2, 3)), "PNG", transparency=(1, 2, 3))) == ("RGB", (255, 255, 255))


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bits_are_read_by_their_value(kind):
    for value in (0, 1, 100, 128, 254, 255):
        image = Image.fromarray(np.full((4, 4), value * 257, "uint16"))
        assert pixel(stored(image, kind)) == ("L", value)


def test_colors_are_those_of_srgb():
    assert pixel(stored(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "TIFF")) == ("RGB", (255, 0, 0))
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()  # of no RGB image: it is passed over
    image = Image.new("RGB", (8, 8), (200, 30, 60))
    assert pixel(stored(image, "PNG", icc_profile=lab)) == ("RGB", (200, 30, 60))
    assert pixel(stored(image, "PNG", icc_profile=b"no profile")) == ("RGB", (200, 30, 60))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert pixel(stored(image, "PNG", icc_profile=srgb)) == ("RGB", (200, 30, 60))


def test_another_profile_is_converted():
    linear = linear_profile()
    mode, (red, green, blue) = pixel(stored(Image.new("RGB", (8, 8), (55, 55, 55)), "PNG", icc_profile=linear))
    assert mode == "RGB" and (red, green, blue) == pytest.approx((128, 128, 128), abs=2)  # 0.2157 of linear light


def linear_profile():
    """Pillow's sRGB with linear light: curves without points are the identity."""
    content = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for place in range(132, 132 + 12 * content[131], 12):  # the table of tags: name, start, size
        start = int.from_bytes(content[place + 4 : place + 8], "big")
        if content[place + 1 : place + 4] == b"TRC":
            content[start : start + 12] = b"curv" + bytes(8)
    return bytes(content).replace("sRGB".encode("utf-16-be"), "line".encode("utf-16-be"))


def test_the_first_frame_of_a_gif():
    frames = [Image.new("L", (4, 4), value) for value in (10, 200)]
    assert pixel(stored(frames[0], "GIF", save_all=True, append_images=frames[1:]))[1] in (10, (10, 10, 10))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_films_are_refused(kind):
    frames = [Image.new("L", (4, 4), value) for value in (0, 200)]
    with (
        pytest.raises(RefusedImage, match="one frame. Received: animated"),
        open_image(stored(frames[0], kind, save_all=True, append_images=frames[1:])),
    ):
        pass


@pytest.mark.parametrize("kind", ["EPS", "PPM", "ICO", "PCX", "TGA", "SGI"])
def test_other_formats_are_not_read_whatever_their_name(tmp_path, kind):
    (tmp_path / "a.png").write_bytes(stored(Image.new("RGB", (4, 4)), kind))
    with pytest.raises(RefusedImage, match="of a format other than BMP, GIF"), open_image(tmp_path / "a.png"):
        pass


def test_a_picture_of_too_many_pixels_is_refused(monkeypatch):
    monkeypatch.setattr("kerasgen.images.opening.PIXELS", 99)
    with (
        pytest.raises(RefusedImage, match="pixels at most. Received: 10 x 10"),
        open_image(stored(Image.new("L", (10, 10)), "PNG")),
    ):
        pass

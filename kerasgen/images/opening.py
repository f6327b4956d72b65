"""Image files of known formats, opened by Pillow, as upright 8-bit pixels of sRGB without transparency."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import re
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from kerasgen.errors import reason

FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")  # no other reader of Pillow's sees a file, whatever its name
PIXELS = 64_000_000  # of an image
TOO_LARGE = f"Images have {PIXELS:,} pixels at most."

Background = tuple[int, int, int]  # red, green, blue in 0..255
WHITE: Background = (255, 255, 255)

DEEP = {"I;16", "I;16L", "I;16B"}  # gray of 16 bits; Pillow reads the further colors of 16 bits as 8
GRAY = {"1", "L", "LA", *DEEP}
_MODES = {*GRAY, "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"}  # float images and 32 bits have no one true way to 8
_ANIMATED = {"PNG", "WEBP"}  # of a GIF the first frame is taken; the further images of a JPEG or TIFF are previews and pages


class RefusedImage(ValueError):
    """An image file that cannot be used: the rule that it breaks, and what it holds instead."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule} Received: {reason}")
        self.rule = rule
        self.reason = reason


@contextlib.contextmanager
def open_image(file: str | os.PathLike[str] | bytes) -> Iterator[ImageFile.ImageFile]:
    """Opens an image file, or the bytes of one, with its header read and nothing decoded.

    Raises RefusedImage for a format other than `FORMATS`, for more pixels than `PIXELS`, numbers that are not of 8 bits (or 16,
    in gray), a PNG or WebP that is animated, and, in the block too, for a damaged file.
    """
    readable = "An image file must be readable."
    try:
        with Image.open(io.BytesIO(file) if isinstance(file, bytes) else file, formats=FORMATS) as image:
            _check(image)
            yield image
    except RefusedImage:
        raise
    except UnidentifiedImageError:
        raise RefusedImage(readable, f"no image, or of a format other than {', '.join(FORMATS)}") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:  # far beyond: Pillow's own limit
        found = re.search(r"\d+", str(error))
        raise RefusedImage(TOO_LARGE, f"{int(found[0]):,} pixels" if found else reason(error)) from None
    except Exception as error:  # Pillow raises OSError, SyntaxError, struct.error ... by format and kind of damage
        raise RefusedImage(readable, reason(error)) from error


def standard(image: Image.Image, background: Background = WHITE) -> Image.Image:
    """Gives the pixels of an opened image, of mode "L" or "RGB": upright by its Exif note, in sRGB by its color profile.

    What is transparent is composed over `background`; a gray image stays gray, over the luminance of it.
    """
    gray = image.mode in GRAY
    image = ImageOps.exif_transpose(image)  # cameras store a turned image with a note
    if image.mode in DEEP:
        image = Image.fromarray(((np.asarray(image).astype("uint32") + 128) // 257).astype("uint8"))
    image = _in_srgb(image)
    if image.has_transparency_data:
        image = Image.alpha_composite(Image.new("RGBA", image.size, (*background, 255)), image.convert("RGBA"))
    mode = "L" if gray else "RGB"
    return image if image.mode == mode else image.convert("RGB").convert(mode)


def _check(image: ImageFile.ImageFile) -> None:
    width, height = image.size
    if width * height > PIXELS:
        raise RefusedImage(TOO_LARGE, f"{width} x {height} pixels")
    if image.mode not in _MODES:
        raise RefusedImage("Images must have 8 bits a channel, or 16 in gray.", f"Pillow mode {image.mode!r}")
    if image.format in _ANIMATED and getattr(image, "is_animated", False):
        raise RefusedImage("Images must have one frame.", "animated")


def _in_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("L", "P", "RGB", "RGBA", "CMYK"):
        return image
    if image.mode == "P":
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    convert = _conversion(profile, image.mode)
    return convert(image) if convert else image


@functools.lru_cache(maxsize=16)
def _conversion(profile: bytes, mode: str) -> Callable[[Image.Image], Image.Image] | None:
    """What brings images of a mode and profile to sRGB; None for sRGB itself, and for a profile that is not of the mode."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if ImageCms.getProfileDescription(source).strip().lower().startswith("srgb"):
            return None
        target = "RGBA" if mode == "RGBA" else "RGB"
        # Without the cache of one pixel, which threads would share.
        return ImageCms.ImageCmsTransform(
            source, ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")), mode, target, flags=ImageCms.Flags.NOCACHE
        ).apply
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None

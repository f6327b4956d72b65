"""Image files as images that are read when they are asked for, with Pillow."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import ExifTags, Image, ImageOps

from kerasgen.data.lazy import LazyImages
from kerasgen.images.resize import Size, fit_image

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"}
THREADS = min(8, os.cpu_count() or 1)

# 16-bit and float images have no one true way to 8 bits; Pillow's would clip them without a word.
_MODES = {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"}
_GRAY = {"1", "L", "LA"}

# With what whole files end. One that ends otherwise may be whole all the same.
_ENDS = {"PNG": b"IEND\xaeB`\x82", "JPEG": b"\xff\xd9", "MPO": b"\xff\xd9"}
_TURNED = {5, 6, 7, 8}  # Exif orientations that swap height and width

T = TypeVar("T")


class FileImages(LazyImages):
    """The images of files, uint8 (n, height, width, channels); the paths are kept, the images read each time.

    The constructor reads the headers alone, and all of a file whose end is not that of a whole PNG or JPEG.

    Args:
        files: one at least.
        size: (height, width): images are cropped to its aspect about the center and resized (Lanczos); None for images of one
            size.
        channels: 1 or 3 converts; None keeps them, gray files among color ones become color.

    Raises ValueError, there and when they are read, for a file that cannot be decoded or has not 8 bits a channel, and for
    images of different sizes without `size`.
    """

    costly = True

    def __init__(self, files: Sequence[str | Path], size: Size | None, channels: int | None) -> None:
        self.files = [os.fspath(file) for file in files]
        self.channels = channels
        self.size = size
        headers = np.empty((len(self.files), 3), dtype="int32")

        def check(index: int) -> None:
            headers[index] = _open(self.files[index], functools.partial(_header, self.files[index]))

        _in_threads(check, len(self.files))
        others = np.flatnonzero((headers[:, :2] != headers[0, :2]).any(axis=1))
        if size is None and len(others):
            raise self._mismatch(tuple(headers[0, :2].tolist()), others[0], tuple(headers[others[0], :2].tolist()))
        height, width = size or headers[0, :2].tolist()
        super().__init__(len(self.files), (height, width, channels or int(headers[:, 2].max())))

    def take(self, indices: np.ndarray) -> np.ndarray:
        images = np.empty((len(indices), *self.shape[1:]), dtype="uint8")

        def read(place: int) -> None:
            image = fit_image(_open(self.files[indices[place]], _upright), self.size, self.channels)
            if image.shape[:2] != self.shape[1:3]:  # by a note after the pixels of a PNG
                raise self._mismatch(self.shape[1:3], indices[place], image.shape[:2])
            images[place] = image

        _in_threads(read, len(indices))
        return images

    def _mismatch(self, size: tuple[int, ...], index: int, other: tuple[int, ...]) -> ValueError:
        received = f"{self.files[0]} of {size} and {self.files[index]} of {other}"
        return ValueError(f"Images of different sizes need `image_size`. Received: {received}")


def image_files(folder: Path) -> list[Path]:
    """Gives the image files below a folder, ordered by path; hidden ones aside."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    # Hidden files are thumbnails and leftovers of other programs.
    visible = (path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))
    return sorted(path for path in visible if path.is_file())


def read_files(files: Sequence[str | Path], size: Size | None, channels: int | None) -> np.ndarray:
    """Reads image files as uint8 (n, height, width, channels); arguments and errors as `FileImages`."""
    return FileImages(files, size, channels)[:]


def no_images(folder: Path) -> ValueError:
    """Makes the error for a folder without images; the caller raises it."""
    return ValueError(f"A folder must hold image files ({', '.join(sorted(SUFFIXES))}). Received: {folder}")


def _open(file: str, use: Callable[[Image.Image], T]) -> T:
    try:
        with Image.open(file) as image:
            mode = image.mode
            result = use(image)
    except Exception as error:  # Pillow raises OSError, SyntaxError, struct.error ... by format and kind of damage
        raise ValueError(f"Every image file of a folder must be readable. Received: {file} ({error})") from error
    if mode not in _MODES:
        raise ValueError(f"Images must have 8 bits a channel. Received: {file} of Pillow mode {mode!r}")
    return result


def _header(file: str, image: Image.Image) -> tuple[int, int, int]:
    """(height, width, channels) of the upright image."""
    if not _ends_well(file, image.format):
        image.load()
    width, height = image.size
    # Pillow has turned the size of a TIFF already, and would decode a PNG to look for a note that its header lacks.
    noted = image.format != "PNG" or image.info.keys() & {"exif", "Raw profile type exif", "XML:com.adobe.xmp"}
    if image.format != "TIFF" and noted and image.getexif().get(ExifTags.Base.Orientation) in _TURNED:
        width, height = height, width
    return height, width, 1 if image.mode in _GRAY else 3


def _ends_well(file: str, kind: str | None) -> bool:
    end = _ENDS.get(kind or "")
    if end is None:
        return False
    with open(file, "rb") as stream:
        stream.seek(-len(end), os.SEEK_END)
        return stream.read() == end


def _upright(image: Image.Image) -> Image.Image:
    # Cameras store a turned image with a note; without this step it would lie on its side.
    return ImageOps.exif_transpose(image)


def _in_threads(work: Callable[[int], None], count: int) -> None:
    """Calls work(0), ..., work(count - 1) in a few threads: Pillow decodes without holding Python's lock."""
    threads = min(THREADS, count)

    def every(start: int) -> None:
        for index in range(start, count, threads):
            work(index)

    if threads < 2:
        every(0)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(every, range(threads)))

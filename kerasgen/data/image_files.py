"""Image files as images that are read when they are asked for, with Pillow."""

from __future__ import annotations

import functools
import os
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePath
from typing import NamedTuple, TypeVar

import numpy as np
from PIL import ExifTags, ImageFile

from kerasgen.data.lazy import LazyImages
from kerasgen.errors import reason
from kerasgen.images.opening import GRAY, WHITE, Background, RefusedImage, open_image, standard
from kerasgen.images.resize import Size, fit_image

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".gif"}
THREADS = min(8, os.cpu_count() or 1)

# With what whole files end. One that ends otherwise may be whole all the same.
_ENDS = {"PNG": b"IEND\xaeB`\x82", "JPEG": b"\xff\xd9", "MPO": b"\xff\xd9"}
_TURNED = {5, 6, 7, 8}  # Exif orientations that swap height and width
_DRAFT = 3  # times the size that a JPEG is decoded at; from there on resampling looks like that of all pixels
_COMPARED = 32  # pixels a side to which images are reduced for their checksum
_AT_ONCE = 256  # files between two looks at the keyboard

T = TypeVar("T")


class Blob(NamedTuple):
    """An image file that lies in another file: its name for messages, and what reads its bytes."""

    name: str
    read: Callable[[], bytes]


ImageSource = str | Path | Blob


class UnreadableImage(ValueError):
    """An image file that cannot be used; `reason` tells why, without its name."""

    def __init__(self, rule: str, file: str, reason: str) -> None:
        super().__init__(f"{rule} Received: {file} ({reason})")
        self.reason = reason


class Examined(NamedTuple):
    """An image that was decoded: height, width and channels (1 or 3), and a checksum that copies share."""

    height: int
    width: int
    channels: int
    checksum: int


class FileImages(LazyImages):
    """The images of files, uint8 (n, height, width, channels); the paths are kept, the images read each time.

    The constructor reads the headers alone, and all of a file whose end is not that of a whole PNG or JPEG.

    Args:
        files: one at least.
        size: (height, width): images are cropped to its aspect about the center and resized (Lanczos); None for images of one
            size.
        channels: 1 or 3 converts; None keeps them, gray files among color ones become color.
        background: (red, green, blue) in 0..255, that what is transparent is composed over.
        halves: fit the left and the right half of every image to `size`, each for itself, side by side.

    Raises ValueError, there and when they are read, for a file that `open_image` refuses, for halves of an odd width, and for
    images of different sizes without `size`.
    """

    costly = True

    def __init__(
        self,
        files: Sequence[ImageSource],
        size: Size | None,
        channels: int | None,
        background: Background = WHITE,
        halves: bool = False,
    ) -> None:
        self.files = [file if isinstance(file, Blob) else os.path.abspath(file) for file in files]
        self.channels = channels
        self.size = size
        self.background = check_background(background)
        self.halves = halves
        headers = np.empty((len(self.files), 3), dtype="int32")

        def check(index: int) -> None:
            headers[index] = _open(self.files[index], _header)
            if halves and headers[index, 1] % 2:
                received = f"{_name(self.files[index])}, {headers[index, 1]} pixels wide"
                raise ValueError(f"Images of two side by side must have an even width. Received: {received}")

        _in_threads(check, len(self.files))
        others = np.flatnonzero((headers[:, :2] != headers[0, :2]).any(axis=1))
        if size is None and len(others):
            raise self._mismatch(tuple(headers[0, :2].tolist()), others[0], tuple(headers[others[0], :2].tolist()))
        height, width = size and (size[0], size[1] * (1 + halves)) or headers[0, :2].tolist()
        super().__init__(len(self.files), (height, width, channels or int(headers[:, 2].max())))

    def take(self, indices: np.ndarray) -> np.ndarray:
        images = np.empty((len(indices), *self.shape[1:]), dtype="uint8")

        def read(place: int) -> None:
            image = _open(self.files[indices[place]], self._fitted)
            if image.shape[:2] != self.shape[1:3]:  # by a note after the pixels of a PNG
                raise self._mismatch(self.shape[1:3], indices[place], image.shape[:2])
            if image.shape[2] > self.shape[3]:  # a file that was replaced
                received = f"{_name(self.files[indices[place]])}, of {image.shape[2]} channels now, not {self.shape[3]}"
                raise ValueError(f"Image files must stay as they were when they were loaded. Received: {received}")
            images[place] = image

        _in_threads(read, len(indices))
        return images

    def _fitted(self, image: ImageFile.ImageFile) -> np.ndarray:
        if self.size is not None and not self.halves:  # at a part of its size a half has pixels of the other at its edge
            side = _DRAFT * max(self.size)
            image.draft(
                None, (side, side)
            )  # a JPEG of many times the size is decoded at 1/2, 1/4 or 1/8, at a fraction of the cost
        whole = standard(image, self.background)
        width, height = whole.size
        boxes = [(0, 0, width // 2, height), (width // 2, 0, width, height)] if self.halves else [(0, 0, width, height)]
        return np.concatenate([fit_image(whole.crop(box), self.size, self.channels) for box in boxes], axis=1)

    def _mismatch(self, size: tuple[int, ...], index: int, other: tuple[int, ...]) -> ValueError:
        received = f"{_name(self.files[0])} of {size} and {_name(self.files[index])} of {other}"
        return ValueError(f"Images of different sizes need `image_size`. Received: {received}")


def read_files(
    files: Sequence[str | Path], size: Size | None, channels: int | None, background: Background = WHITE
) -> np.ndarray:
    """Reads image files as uint8 (n, height, width, channels); arguments and errors as `FileImages`."""
    return FileImages(files, size, channels, background)[:]


def check_background(background: Sequence[int]) -> Background:
    """Gives a background as a tuple; raises ValueError unless it is red, green and blue in 0..255."""
    values = tuple(background)
    if len(values) != 3 or not all(isinstance(each, (int, np.integer)) and 0 <= each <= 255 for each in values):
        raise ValueError(f"`background` must be red, green and blue in 0..255. Received: {background!r}")
    red, green, blue = map(int, values)
    return red, green, blue


def examine(files: Sequence[ImageSource]) -> list[Examined | UnreadableImage]:
    """Decodes every file, and gives for each what it holds or why it cannot be used; once, unless a file changes."""
    return _examine(tuple(files), tuple(map(_stamp, files)))


@functools.lru_cache(maxsize=8)  # of the splits of a set
def _examine(files: tuple[ImageSource, ...], stamps: tuple[int, ...]) -> list[Examined | UnreadableImage]:
    found: list[Examined | UnreadableImage] = [Examined(0, 0, 0, 0)] * len(files)
    for start in range(0, len(files), _AT_ONCE):

        def look(index: int) -> None:
            try:
                found[start + index] = _open(files[start + index], _examined)
            except UnreadableImage as fault:
                found[start + index] = fault

        _in_threads(look, min(_AT_ONCE, len(files) - start))
    return found


def no_images(folder: PurePath) -> ValueError:
    """Makes the error for a folder or file without images; the caller raises it."""
    return ValueError(f"A folder must hold image files ({', '.join(sorted(SUFFIXES))}). Received: {folder}")


def _stamp(file: ImageSource) -> int:
    """When a file was changed; 0 for what cannot be asked, as for a file in another, which is read anew by each source."""
    try:
        return 0 if isinstance(file, Blob) else os.stat(file).st_mtime_ns
    except OSError:
        return 0


def _name(file: ImageSource) -> str:
    return file.name if isinstance(file, Blob) else os.fspath(file)


def _open(file: ImageSource, use: Callable[[ImageFile.ImageFile], T]) -> T:
    try:
        with open_image(file.read() if isinstance(file, Blob) else file) as image:
            return use(image)
    except RefusedImage as fault:
        raise UnreadableImage(fault.rule, _name(file), fault.reason) from fault
    except Exception as error:  # of the archive or the table that holds the file
        raise UnreadableImage("An image file must be readable.", _name(file), reason(error)) from error


def _header(image: ImageFile.ImageFile) -> tuple[int, int, int]:
    """(height, width, channels) of the upright image."""
    if not _ends_well(image):
        image.load()
    width, height = image.size
    # Pillow has turned the size of a TIFF already, and would decode a PNG to look for a note that its header lacks.
    noted = image.format != "PNG" or image.info.keys() & {"exif", "Raw profile type exif", "XML:com.adobe.xmp"}
    if image.format != "TIFF" and noted and image.getexif().get(ExifTags.Base.Orientation) in _TURNED:
        width, height = height, width
    return height, width, 1 if image.mode in GRAY else 3


def _examined(image: ImageFile.ImageFile) -> Examined:
    header = _header(image)
    image.draft(None, (_COMPARED, _COMPARED))  # a JPEG is decoded at an eighth of its size, all of it
    pixels = fit_image(standard(image), (_COMPARED, _COMPARED), 3)
    return Examined(*header, zlib.crc32(pixels.tobytes()))


def _ends_well(image: ImageFile.ImageFile) -> bool:
    end, stream = _ENDS.get(image.format or ""), image.fp
    if end is None or stream is None:
        return False
    place = stream.tell()
    stream.seek(-len(end), os.SEEK_END)
    last = stream.read()
    stream.seek(place)
    return last == end


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

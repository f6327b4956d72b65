"""A folder of image files."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from kerasgen.data.source import Source, label_name
from kerasgen.data.splits import select
from kerasgen.images.resize import Size, fit_image

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"}

# Folders that are splits and no classes, once there is another than the last two; with A and B those of CycleGAN's archives.
SPLITS = ("train", "test", "trainA", "trainB", "testA", "testB", "val", "validation")

# 16-bit and float pictures have no one true way to 8 bits; Pillow's would clip them without a word.
_MODES = {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"}


def read_folder(root: Path, split: str, size: Size | None, channels: int | None, labels: bool | str | None) -> Source:
    """Reads the image files below a folder, ordered by file name, so that a slice of it holds images of every class.

    Sub-folders are classes (`labels=True`); `train` and `test` sub-folders, where there are such, are splits. Raises
    ValueError for an unknown split, for no image at all, for a file that cannot be decoded, and for images of
    different sizes without `size`.
    """
    requires_labels = label_name(labels, ["label"], "label") is not None
    folders = {name: root / name for name in SPLITS if (root / name).is_dir()}
    if not set(folders) - {"val", "validation"}:
        folders = {"train": root}
    files = {name: sorted(image_files(folder), key=lambda file: (file.name, file)) for name, folder in folders.items()}
    if not any(files.values()):
        raise no_images(root)
    parts = select(split, {name: len(found) for name, found in files.items()})
    chosen = [(name, files[name][index]) for name, indices in parts for index in indices]
    # Over all splits: a class that the test split lacks must not shift the numbers of the others.
    class_names = {_class_of(file, folders[name]) for name in files for file in files[name]} if requires_labels else {}
    class_names = sorted(class_names)
    images = read_files([file for _, file in chosen], size, channels)
    if not requires_labels:
        return Source(images)
    numbers = [class_names.index(_class_of(file, folders[name])) for name, file in chosen]
    return Source(images, np.array(numbers, dtype="int32"), class_names)


def no_images(folder: Path) -> ValueError:
    """Makes the error for a folder without pictures; the caller raises it."""
    return ValueError(f"A folder must hold image files ({', '.join(sorted(SUFFIXES))}). Received: {folder}")


def image_files(folder: Path) -> list[Path]:
    """Gives the image files below a folder, ordered by path; hidden ones aside."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    # Hidden files are thumbnails and leftovers of other programs.
    visible = (path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))
    return sorted(path for path in visible if path.is_file())


def _class_of(file: Path, folder: Path) -> str:
    parts = file.relative_to(folder).parts
    if len(parts) == 1:
        raise ValueError(f"Labels of a folder are its sub-folders: every image must lie in one. Received: {file}")
    return parts[0]


def _read(file: Path, size: Size | None, channels: int | None) -> np.ndarray:
    try:
        with Image.open(file) as picture:
            mode = picture.mode
            # Cameras store a turned picture with a note; without this step it would lie on its side.
            picture = ImageOps.exif_transpose(picture)
            picture.load()
    except Exception as error:  # Pillow raises OSError, SyntaxError, struct.error ... by format and kind of damage
        raise ValueError(f"Every image file of a folder must be readable. Received: {file} ({error})") from error
    if mode not in _MODES:
        raise ValueError(f"Images must have 8 bits a channel. Received: {file} of Pillow mode {mode!r}")
    return fit_image(picture, size, channels)


def read_files(files: list[Path], size: Size | None, channels: int | None) -> np.ndarray:
    """Reads image files as uint8 (n, height, width, channels).

    Raises ValueError for a file that cannot be decoded, and for images of different sizes without `size`.
    """
    images = [_read(files[0], size, channels)]
    for file in files[1:]:
        images.append(_read(file, size, channels))
        if images[-1].shape[:2] != images[0].shape[:2]:
            raise ValueError(
                "Images of different sizes need `image_size`. "
                f"Received: {files[0]} of {images[0].shape[:2]} and {file} of {images[-1].shape[:2]}"
            )
    if len({image.shape[-1] for image in images}) > 1:  # gray files among color ones
        images = [np.broadcast_to(image, (*image.shape[:2], 3)) for image in images]
    return np.stack(images)

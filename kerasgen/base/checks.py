"""What a model may be given: one rule, whichever way the data come in."""

from __future__ import annotations

import dataclasses
from typing import Protocol

import keras
import numpy as np
from keras import ops

from kerasgen.backend.typing import Batch, Tensor
from kerasgen.data.dataset import Dataset, ImageShape
from kerasgen.images.check import check_images
from kerasgen.latent.codes import check_codes, check_label_range

NO_WEIGHTS = "The losses take no weights of classes or samples; show an image more often instead."
PAIRS = "A translator is trained with images of both kinds, fit(x, y) or batches of both."


class Rule(Protocol):
    """What checks data."""

    def check(self, data: object, least: int = 1) -> None:
        """Raises ValueError for a batch, or for arrays of all images, that does not fit or has fewer than `least` images."""


@dataclasses.dataclass(frozen=True)
class TrainingData:
    """What a model is trained and evaluated with: images, and what its losses take beside them.

    Attributes:
        images: (height, width, channels) of x.
        targets: that of y where y may be images, else None.
        pairs: whether y must be images: the targets of a translator.
        labels: the number of classes where y must be labels, 0 for any; None for models whose losses take none. Labels that
            come with the images all the same are left aside.
    """

    images: ImageShape
    targets: ImageShape | None = None
    pairs: bool = False
    labels: int | None = None

    def check(self, data: object, least: int = 1) -> None:
        """Raises ValueError unless x holds images as documented, and y what the losses take."""
        x, y = parts_of(data)
        images = as_array(x, self.name)
        check_images(images, self.images, self.name)
        check_batch_size(len(images), least)
        if y is None:
            self._require(False, f"{self.name} without")
            return
        beside = as_array(y, "y")
        if self.targets is not None and (self.pairs or beside.ndim > 2):
            check_images(beside, self.targets, "targets")
        elif self.labels is not None:
            check_training_labels(beside, self.labels)
        elif beside.ndim > 2 or beside.shape[1:] not in ((), (1,)):
            raise ValueError(
                f"This model is trained with images alone{self._or_targets}; labels, one an image, may come with them. "
                f"Received: y of shape {beside.shape}."
            )
        if len(beside) != len(images):
            raise ValueError(f"x and y must have as many entries. Received: {len(images)} and {len(beside)}.")

    def check_dataset(self, dataset: Dataset, least: int = 1) -> None:
        """Does the same for a `Dataset`, whose images are in [0, 1], without reading one; batches of all sizes it has."""
        shapes = dataset.image_shapes
        if len(shapes) > 1 and not self.pairs:
            raise ValueError("This model is trained with images of one kind. Received: pairs.")
        if self.pairs and len(shapes) == 1:
            raise ValueError(f"{PAIRS} Received: batches of 1 part.")
        for shape, wanted, name in zip(shapes, (self.images, self.targets), (self.name, "targets"), strict=False):
            if tuple(shape) != tuple(wanted or ()):
                raise ValueError(f"The {name} must have the model's shape {wanted}. Received: {tuple(shape)}.")
        if self.labels is not None:
            self._require(dataset.labels is not None, f"{self.name} without")
            check_training_labels(np.asarray(dataset.labels), self.labels)
        rest = 0 if dataset.drop_remainder else dataset.num_images % dataset.batch_size
        check_batch_size(rest or min(dataset.batch_size, dataset.num_images), least)

    def tensors(self, data: object) -> Batch:
        """Gives a batch as what losses take: float32 images in [0, 1], with labels (batch,) or targets where used."""
        x, y = parts_of(data)
        images = to_unit(x)
        if y is None:
            return (images,)
        y = ops.convert_to_tensor(y)
        if self.targets is not None:
            return (images, to_unit(y)) if len(y.shape) > 2 else (images,)
        return (images,) if self.labels is None else (images, _one_label(y))

    @property
    def name(self) -> str:
        """What x is called in messages."""
        return "sources" if self.pairs else "images"

    @property
    def _or_targets(self) -> str:
        return "" if self.targets is None else f", or with targets of the shape {self.targets}"

    def _require(self, found: bool, received: str) -> None:
        if self.pairs and not found:
            raise ValueError(f"{PAIRS} Received: {received} targets.")
        if self.labels is not None and not found:
            raise ValueError(f"This model is trained with labels. Received: {received}.")


@dataclasses.dataclass(frozen=True)
class ImageInput:
    """What `predict` takes of a model from images: those in x, whatever comes with them."""

    images: ImageShape

    def check(self, data: object, least: int = 1) -> None:
        """Raises ValueError unless x holds images as documented."""
        check_images(as_array(parts_of(data)[0], "images"), self.images)


@dataclasses.dataclass(frozen=True)
class CodeInput:
    """What `predict` takes of a generator: codes, and labels where it has classes, in a list of both."""

    latent_dim: int
    num_classes: int = 0

    def check(self, data: object, least: int = 1) -> None:
        """Raises ValueError unless x holds finite codes (n, latent_dim), and labels in range where there are classes."""
        codes, *labels = keras.tree.flatten(parts_of(data)[0])
        array = as_array(codes, "codes")
        check_codes(array, self.latent_dim)
        if not np.isfinite(array).all():
            raise ValueError("Codes must be finite. Received: NaN or infinity.")
        if len(labels) != (self.num_classes > 0):
            wanted = "[codes, labels]" if self.num_classes else "codes alone"
            raise ValueError(f"This generator takes {wanted}. Received: {len(labels) + 1} arrays.")
        if labels:
            check_training_labels(as_array(labels[0], "labels"), self.num_classes)


def check_whole(rule: TrainingData, x: object, y: object, batch_size: int | None, least: int) -> None:
    """Checks what is at hand, arrays, tensors or a `Dataset`; streams pass, whose batches are checked as they come.

    Args:
        rule: of the model.
        x, y: what `fit` received.
        batch_size: of arrays; None is Keras's 32.
        least: number of images that every batch must hold.

    Raises ValueError as `rule` does.
    """
    if isinstance(x, Dataset):
        rule.check_dataset(x, least)
    elif is_held(x):
        rule.check((x,) if y is None else (x, y))
        size, count = batch_size or 32, len(x)  # type: ignore[arg-type]
        check_batch_size(count % size or min(size, count), least)


def check_training_labels(labels: np.ndarray, num_classes: int) -> None:
    """Raises ValueError unless labels are whole numbers (n,), (n, 1) or one-hot vectors (n, num_classes), within the classes.

    0 stands for any number of classes.
    """
    one_hot = num_classes > 1 and labels.shape[1:] == (num_classes,)
    if labels.ndim == 0 or not (labels.shape[1:] in ((), (1,)) or one_hot):
        raise ValueError(f"Labels must be whole numbers, one an image. Received: shape {labels.shape}.")
    if labels.dtype.kind not in "biuf":
        raise ValueError(f"Labels must be whole numbers. Received: dtype {labels.dtype}.")
    if labels.dtype.kind == "f" and not np.all(labels == np.rint(labels)):  # NaN equals nothing
        wrong = labels[labels != np.rint(labels)].flat[0]
        raise ValueError(f"Labels must be whole numbers. Received: {wrong}.")
    if one_hot:
        if not (np.isin(labels, (0, 1)).all() and (labels.sum(axis=1) == 1).all()):
            raise ValueError(f"One-hot labels must have a single 1 in each row of {num_classes}. Received: other rows.")
    elif num_classes and labels.size:
        check_label_range(labels, num_classes)


def check_batch_size(size: int, least: int) -> None:
    """Raises ValueError for a batch of fewer images than a phase has steps."""
    if size < least:
        raise ValueError(
            f"Each batch must hold at least {least} images, one for each step of a phase with repeat={least}. "
            f"Received: a batch of {size}."
        )


def parts_of(data: object) -> tuple[object, object]:
    """Gives x and y (or None) of a batch; raises ValueError for weights of samples, and for a dict."""
    if isinstance(data, dict):
        raise ValueError(f"A batch must be images, or a tuple of images and labels or targets. Received: a dict of {[*data]}.")
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
    if sample_weight is not None:
        raise ValueError(f"{NO_WEIGHTS} Received: data of three parts.")
    return x, y


def is_held(x: object) -> bool:
    """Whether data are held as a whole, as an array or a tensor, or as what stands for one by mistake; streams are not."""
    return isinstance(x, (list, tuple, dict, str, bytes)) or x is None or (hasattr(x, "shape") and hasattr(x, "dtype"))


def as_array(values: object, name: str) -> np.ndarray:
    """Gives an array, or the tensor of any backend, as numpy; raises ValueError for what is neither."""
    if not hasattr(values, "dtype") or not hasattr(values, "shape"):
        received = repr(values) if isinstance(values, str) else type(values).__name__
        raise ValueError(f"`{name}` must be an array or a tensor. Received: {received}.")
    if hasattr(values, "detach"):  # PyTorch's, whichever backend runs
        held = values.detach().cpu()
        return (held.float() if held.is_floating_point() else held).numpy()
    array = values if isinstance(values, np.ndarray) else np.asarray(values)
    return array.astype("float32") if array.dtype.kind == "V" else array  # bfloat16


def to_unit(images: object) -> Tensor:
    """Gives images as a float32 tensor in [0, 1]: uint8 divided by 255, floats as they are."""
    tensor = ops.convert_to_tensor(images)
    scale = keras.backend.standardize_dtype(tensor.dtype) == "uint8"
    tensor = ops.cast(tensor, "float32")
    return tensor / 255.0 if scale else tensor


def _one_label(labels: Tensor) -> Tensor:
    """Labels (batch,) int32, of (batch, 1) and of one-hot vectors too."""
    if len(labels.shape) > 1:
        labels = labels[:, 0] if labels.shape[1] == 1 else ops.argmax(labels, axis=1)
    return ops.cast(labels, "int32")

"""A card: the configuration, the recipe and the results of a preset in one JSON file."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from kerasgen.records import Bytes, FileName, Positive, Record, Seed, Sha256, Text, WeightsName

Backend = Literal["tensorflow", "jax", "torch"]
DType = Literal["auto", "float32", "mixed_bfloat16"]
Byte = Annotated[int, msgspec.Meta(ge=0, le=255)]
Color = tuple[Byte, Byte, Byte]
# Height and width. Not tuple[Positive, Positive], which crashes msgspec 0.23 in a union with a bounded number.
Sides = Annotated[tuple[Positive, ...], msgspec.Meta(min_length=2, max_length=2)]


class ModelSection(Record, frozen=True):
    """The class, by the name it is registered with at Keras, and its constructor's arguments."""

    class_: Text = msgspec.field(name="class")
    arguments: dict[str, object] = {}


class DataSection(Record, frozen=True):
    """What `kerasgen.data.load`, `load_pairs` (`pairs`) or `load_unpaired` (`domains`) is asked for.

    `image_size` is a side, or height and width. With `held_out_fraction` that part of the images of `train`, chosen at random,
    is held out in place of a split. Transparent pixels of image files are composed over `background` (red, green, blue).
    """

    source: Text
    train: Text = "train"
    held_out: Text = "test"
    held_out_fraction: Annotated[float, msgspec.Meta(gt=0, lt=1)] | None = None
    image_size: Positive | Sides | None = None
    channels: Literal[1, 3] | None = None
    mirror: bool = False
    binarize: bool = False
    labels: bool | str | None = None
    label: str | None = None
    pairs: str | None = None
    jitter: Annotated[int, msgspec.Meta(ge=0)] = 0
    domains: tuple[str, str] | None = None
    where: dict[str, str] | None = None
    skip_corrupt: bool = False
    background: Color = (255, 255, 255)

    @property
    def size(self) -> tuple[int, int] | None:
        """(height, width) of the images; None for their own."""
        if self.image_size is None or isinstance(self.image_size, int):
            return None if self.image_size is None else (self.image_size, self.image_size)
        height, width = self.image_size
        return height, width


class KeepBest(Record, frozen=True):
    """Keeps the weights of the epoch with the best Fréchet distance to the training images."""

    extractor: Text
    images: Positive = 10_000
    every: Positive = 1


class Resampling(Record, frozen=True):
    """Shows the rare images of the label `positive` more often; see `kerasgen.callbacks.AdaptiveResampling`."""

    positive: int = 1
    bins: Positive = 10
    smoothing: Annotated[float, msgspec.Meta(gt=0)] = 0.01
    effective: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.3


class RateChange(Record, frozen=True):
    """From an epoch on, counted from 0, the learning rates are those of the recipe times a factor."""

    epoch: Annotated[int, msgspec.Meta(ge=0)]
    factor: Annotated[float, msgspec.Meta(gt=0)]


class TrainingSection(Record, frozen=True):
    """The recipe: what `fit` and `compile` are given, and the preset (`init`) whose weights training began with.

    A run that diverged goes on with other learning rates (`rate_changes`). The dtype "auto" is float32 or mixed_bfloat16, by
    the machine and the model; the card of the trained preset says which.
    """

    init: Text | None = None
    optimizers: dict[str, dict[str, object]] = {}
    batch_size: Positive = 64
    epochs: Positive = 1
    seed: Seed = 0
    backend: Backend | None = None
    dtype: DType = "float32"
    jit_compile: bool | Literal["auto"] = "auto"
    keep_best: KeepBest | None = None
    resampling: Resampling | None = None
    rate_changes: tuple[RateChange, ...] = ()
    significant_bits: dict[str, Annotated[int, msgspec.Meta(ge=1, le=24)]] | None = None


class Importance(Record, frozen=True):
    """The importance-weighted bound: samples of z an image, and images."""

    samples: Positive = 100
    images: Positive = 1000


class PathLength(Record, frozen=True):
    """The perceptual path length: by which features, and how far a step is."""

    extractor: Text
    epsilon: Annotated[float, msgspec.Meta(gt=0)] = 1e-4


class Separability(Record, frozen=True):
    """The linear separability: of which labels, as "column=value"."""

    labels: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class EvaluationSection(Record, frozen=True):
    """What `kerasgen evaluate` measures beside what every model of the class is measured by."""

    extractor: Text | None = None
    parzen: Text | None = None
    importance: Importance = Importance()
    path_length: PathLength | None = None
    separability: Separability | None = None


class LicenseSection(Record, frozen=True):
    """The licenses of the weights and of the data that they were trained on."""

    weights: str | None = None
    data: str | None = None


class WeightsSection(Record, frozen=True):
    """The file of weights beside the card."""

    file: WeightsName
    sha256: Sha256
    bytes: Bytes


class Card(Record, frozen=True):
    """A preset's card; a recipe has no `weights`."""

    name: FileName
    model: ModelSection
    description: str = ""
    data: DataSection | None = None
    training: TrainingSection | None = None
    evaluation: EvaluationSection = EvaluationSection()
    paper: str = ""
    license: LicenseSection = LicenseSection()
    limitations: str = ""
    weights: WeightsSection | None = None
    metrics: dict[str, object] = {}

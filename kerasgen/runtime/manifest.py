"""The manifest of an exported file: `<file>.json` beside it says what the file is, and how near it comes to Keras."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

import msgspec

from kerasgen.files import sha256, user_path
from kerasgen.records import Bytes, FileName, Positive, Record, Sha256, Text, beside, read_record

FORMAT_VERSION: Final = 1

FileFormat: TypeAlias = Literal["onnx", "tflite"]
PartName: TypeAlias = Literal["decoder", "encoder", "mapping", "synthesis", "a_to_b", "b_to_a"]
PrecisionName: TypeAlias = Literal["float32", "float16", "int8", "int8_mixed", "int8_dynamic", "int8_weights", "int16x8"]
ImageDType: TypeAlias = Literal["float32", "uint8"]
Distribution: TypeAlias = Literal["normal", "uniform image", "label", "truncation"]
Natural = Annotated[int, msgspec.Meta(ge=0)]

MAX_BATCH: Final = 4096  # of a fixed batch, to which inputs are padded
RANGES: Final[dict[ImageDType, tuple[int, int]]] = {"float32": (0, 1), "uint8": (0, 255)}  # of images
IMAGE_OUTPUTS: Final = ("image", "translated")  # outputs that are images


class Written(Record, frozen=True, omit_defaults=False):
    """Base of the sections that are written with all their keys, null for what does not apply."""


class FileInfo(Record, frozen=True):
    """The exported file."""

    name: FileName
    sha256: Sha256
    bytes: Bytes


class TensorInfo(Written, frozen=True):
    """An input or an output of the graph; the batch is None where it is open."""

    name: Text
    shape: Annotated[tuple[Positive | None, ...], msgspec.Meta(min_length=1)]
    dtype: ImageDType = "float32"

    @property
    def sizes(self) -> tuple[int, ...]:
        """The shape after the batch; `read_manifest` refuses open sizes there."""
        return tuple(size for size in self.shape[1:] if size is not None)


class InputInfo(TensorInfo, frozen=True):
    """An input, and what goes in."""

    distribution: Distribution | None = None


class OutputInfo(TensorInfo, frozen=True):
    """An output, and the range of an image's values."""

    range: tuple[int, int] | None = None


class PresetInfo(Written, frozen=True):
    """The preset that the weights are from."""

    name: FileName
    weights_sha256: Sha256
    license: dict[str, str] | None = None


class ParityReport(Written, frozen=True):
    """How near a file comes to Keras.

    Attributes:
        max_abs_error: the largest difference of any output value.
        tolerance: its limit, for float32.
        psnr_db: the lowest peak signal-to-noise ratio of any output.
        least_psnr_db: its limit, for fewer bits.
        batch_sizes: that the file was run at.
        inputs: how many inputs were compared at the last of `batch_sizes`; at another, 8.
    """

    max_abs_error: float
    tolerance: float | None
    psnr_db: float
    least_psnr_db: float | None
    batch_sizes: tuple[Positive, ...]
    inputs: Positive


class Distances(Record, frozen=True):
    """Distances of generated images to held-out ones."""

    fid: float
    kid: float
    kid_standard_error: float


class Reference(Record, frozen=True):
    """Images of Keras (`before`) and of the file (`after`) against held-out ones, or why they were not measured."""

    not_measured: str | None = msgspec.field(default=None, name="not measured")
    extractor: str | None = None
    resize: str | None = None
    real_images: Positive | None = None
    generated_images: Positive | None = None
    before: Distances | None = None
    after: Distances | None = None


class Quality(Record, frozen=True):
    """What the images of a file of fewer bits lost; `ssim` is None for images smaller than its window, and other outputs."""

    inputs: Positive
    mean_abs_error: float
    max_abs_error: float
    psnr_db: float
    ssim: float | None = None
    reference: Reference = Reference()


class Manifest(Written, frozen=True, kw_only=True):
    """What an exported file is: its graph, its model, where it is from, and how near it comes to Keras.

    Attributes:
        model: the class.
        pixel_deviation: the standard deviation of a pixel under a VAE's Gaussian likelihood.
        preset: None for a model that was trained after it was loaded, or that is from no preset.
        versions: of the packages that wrote the file.
        gpu_delegate_compatible: whether LiteRT's GPU delegate takes every operation; None for ONNX.
        quality: of files of fewer bits.
    """

    format_version: Literal[1] = FORMAT_VERSION
    format: FileFormat
    file: FileInfo
    model: Text | None = None
    part: PartName
    inputs: Annotated[tuple[InputInfo, ...], msgspec.Meta(min_length=1)]
    outputs: Annotated[tuple[OutputInfo, ...], msgspec.Meta(min_length=1)]
    latent_dim: Positive | None
    image_shape: tuple[Positive, Positive, Positive]
    num_classes: Natural = 0
    pixel_deviation: Annotated[float, msgspec.Meta(gt=0)] | None = None
    preset: PresetInfo | None = None
    versions: dict[str, str] = {}
    gpu_delegate_compatible: bool | None = None
    gpu_delegate_complaints: tuple[str, ...] = ()
    precision: PrecisionName = "float32"
    parity: ParityReport | None
    quality: Quality | None = None

    @property
    def batch_size(self) -> int | None:
        """The fixed batch size of the graph, None if it is open."""
        return self.inputs[0].shape[0]


class _Version(Record, frozen=True, forbid_unknown_fields=False):
    format_version: int


def manifest_path(path: str | Path) -> Path:
    """Gives the path of the manifest of an exported file."""
    path = user_path(path)
    return path.with_name(path.name + ".json")


def read_manifest(path: str | Path) -> Manifest:
    """Reads the manifest of the exported file `path` and checks that it describes that file.

    Raises FileNotFoundError if one of the two is missing; ValueError for a manifest that is no JSON, has another format
    version, a key that is unknown, missing or of a wrong type, or entries that contradict each other, and for a file of another
    sha256, size or name, or a link out of its folder.
    """
    path = user_path(path)
    about = manifest_path(path)
    if not path.is_file():
        raise FileNotFoundError(f"An exported file must exist. Received: {path}.")
    if not about.is_file():
        raise FileNotFoundError(f"An exported file needs its manifest beside it. Received: {path} without {about.name}.")
    beside(about, path.name, "An exported file")
    version = read_record(about, _Version, "manifest").format_version
    if version != FORMAT_VERSION:
        raise ValueError(
            f"This kerasgen reads manifests of format version {FORMAT_VERSION}; another needs another "
            f"kerasgen. Received: version {version} in {about}."
        )
    manifest = read_record(about, Manifest, "manifest")
    if fault := next(_faults(manifest), None):
        raise ValueError(f"{about.name}: {fault}")
    _check_codes(manifest, about)
    expected, digest = manifest.file.sha256, sha256(path)
    if digest != expected:
        raise ValueError(
            f"An exported file must have the sha256 of its manifest, {expected}: one of them was altered. "
            f"Received: {digest} for {path}."
        )
    if manifest.file.bytes != (size := path.stat().st_size):
        raise ValueError(f"{about.name}: file.bytes: must be the size of the file, {size}. Received: {manifest.file.bytes}")
    if manifest.file.name != path.name:
        raise ValueError(f"{about.name}: file.name: must be that of the file, {path.name}. Received: {manifest.file.name}")
    return manifest


def _faults(manifest: Manifest) -> Iterator[str]:
    """Yields what is wrong with the inputs and outputs: the path of the key, the rule and what was received."""
    batch = manifest.batch_size
    if batch is not None and batch > MAX_BATCH:
        yield f"inputs[0].shape[0]: must be null or at most {MAX_BATCH}. Received: {batch}"
    sides: dict[str, tuple[TensorInfo, ...]] = {"inputs": manifest.inputs, "outputs": manifest.outputs}
    for side, tensors in sides.items():
        names = [tensor.name for tensor in tensors]
        if len(set(names)) < len(names):
            yield f"{side}: names must differ. Received: {', '.join(names)}"
        for index, tensor in enumerate(tensors):
            at = f"{side}[{index}].shape"
            if None in tensor.shape[1:]:
                yield f"{at}: only the batch may be open. Received: {tensor.shape} of {tensor.name}"
            if tensor.shape[0] != batch:
                yield f"{at}[0]: all must have one batch, {batch}. Received: {tensor.shape[0]} of {tensor.name}"
    for index, output in enumerate(manifest.outputs):
        if output.range not in (None, RANGES[output.dtype]):
            yield f"outputs[{index}].range: must be {RANGES[output.dtype]} for {output.dtype}. Received: {output.range}"
        if output.name in IMAGE_OUTPUTS and output.sizes != manifest.image_shape:
            yield f"image_shape: must be that of the output {output.name}, {output.sizes}. Received: {manifest.image_shape}"


def _check_codes(manifest: Manifest, about: Path) -> None:
    """Raises ValueError for codes that do not go with `latent_dim` and `num_classes`."""
    if manifest.part not in ("decoder", "mapping"):
        return
    other: dict[str, tuple[int, ...]] = {"truncation": (1,)} if manifest.part == "mapping" else {}
    wanted = {"z": (manifest.latent_dim,), **other} | ({"label": ()} if manifest.num_classes else {})
    shapes = {tensor.name: tensor.sizes for tensor in manifest.inputs}
    if shapes != wanted:
        raise ValueError(
            f"The inputs of a {manifest.part} must go with latent_dim {manifest.latent_dim} and num_classes "
            f"{manifest.num_classes}: {wanted} after the batch. Received: {shapes} in {about}."
        )

"""An exported file with the methods of the model that it came from."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np

from kerasgen.files import user_path
from kerasgen.images import to_float, to_uint8
from kerasgen.images.check import check_images
from kerasgen.latent.codes import check_codes, check_labels, sample_codes
from kerasgen.latent.styles import check_styles, check_truncation
from kerasgen.runtime.graph import check_graph
from kerasgen.runtime.manifest import ImageDType, Manifest, PartName, manifest_path, read_manifest
from kerasgen.runtime.sessions import Session, TensorSignature, check_positive, open_session

DTYPES = ("float32", "uint8")  # of images
Labels: TypeAlias = np.ndarray | Sequence[int] | int | None


def load(path: str | Path, num_threads: int | None = None, provider: str = "cpu") -> Runtime:
    """Opens an exported file, after its manifest.

    Args:
        path: an `.onnx` or `.tflite` file that `kerasgen.export.export` wrote, with `<file>.json` beside it.
        num_threads: CPU threads; None leaves the choice to the runtime.
        provider: where an ONNX file runs: "cpu", "tensorrt", "cuda", "coreml" or "directml", or "auto" for the first of
            TensorRT, CUDA, CoreML, DirectML and CPU that starts. The CPU is the default, as the manifest's parity was measured
            there: others round otherwise (TF32, half floats), and TensorRT compiles for minutes before its first image.

    Raises FileNotFoundError for a missing file or manifest; ValueError for a manifest that does not match its file or has an
    unknown format version, and for a provider that is not there or does not start; ImportError if the file's runtime is not
    installed.
    """
    path = user_path(path)
    manifest = read_manifest(path)
    check_graph(path.absolute(), manifest.format, manifest.file.sha256)
    session = open_session(path, manifest.format, num_threads, provider)
    _check_signature(manifest, session, path)
    return Runtime(manifest, session, path.absolute(), num_threads)


class Runtime:
    """Runs an exported decoder, encoder, translator, or either half of a style-based generator.

    Attributes:
        manifest: what the file holds and where it is from.
        batch_size: the fixed batch size of the file, None if it takes any.
        precision: of its weights and arithmetic, as `kerasgen.export` names it: "float32", "float16", "int8", ...
        provider: where it runs: "cpu", "cuda", ...

    Methods that give images take `dtype`: "float32" for [0, 1], or "uint8" for 0..255, as some files give by themselves.
    `batch_size` is that of a file which takes any; one of a fixed size runs at that size, the last batch padded.

    It may be used by several threads at once. It is pickled as the path of its file, which must still be there, and be the
    same, where it is loaded again. A process that was forked opens the file anew at its first use, as the threads of an engine
    are not forked with it; on a GPU it cannot, which is CUDA's rule: load it in the child there. A forked
    process must end by `os._exit`, as those of multiprocessing do: ONNX Runtime would wait for the parent's threads.
    """

    def __init__(self, manifest: Manifest, session: Session, path: Path, num_threads: int | None = None) -> None:
        self.manifest = manifest
        self.latent_dim = manifest.latent_dim
        self.image_shape = manifest.image_shape
        self.num_classes = manifest.num_classes
        self.batch_size = manifest.batch_size
        self.precision = manifest.precision
        self.provider = session.provider
        self._session = session
        self._origin = path, num_threads, session.provider, manifest.file.sha256
        self._process = os.getpid()

    def __reduce__(self) -> tuple[Callable[..., Runtime], tuple[object, ...]]:
        return _load_again, self._origin

    def sample(
        self, n: int, seed: int | None = None, batch_size: int = 64, *, labels: Labels = None, dtype: ImageDType = "float32"
    ) -> np.ndarray:
        """Samples `n` images, from codes of N(0, I): those that the Keras model's `sample` gives for the same seed.

        Returns:
            (n, height, width, channels) in [0, 1], or uint8.
        """
        latent_dim = self._require_codes("decoder", "sample")
        return self.decode(sample_codes(n, latent_dim, seed), batch_size, labels=labels, dtype=dtype)

    def decode(
        self, z: np.ndarray, batch_size: int = 64, *, labels: Labels = None, dtype: ImageDType = "float32"
    ) -> np.ndarray:
        """Maps codes (n, latent_dim) to images (n, height, width, channels) in [0, 1], or uint8.

        `labels`, (n,) whole numbers or one for all, say which class a conditional model generates; others take none.
        """
        check_codes(z, self._require_codes("decoder", "decode"))
        labels = check_labels(labels, len(z), self.num_classes)
        inputs = {"z": _finite(z, "Codes")} | ({} if labels is None else {"label": labels})
        return self._images(inputs, "image", dtype, batch_size)

    def styles(self, z: np.ndarray, truncation: float = 1.0, batch_size: int = 64, *, labels: Labels = None) -> np.ndarray:
        """Maps codes (n, latent_dim) to styles (n, layers, style_dim) float32, moved towards their average by `truncation`.

        `labels` as of `decode`. `kerasgen.latent.styles.mix_styles` mixes the styles of two images. Raises ValueError for a
        truncation outside [-1, 2].
        """
        check_codes(z, self._require_codes("mapping", "styles"))
        check_truncation(truncation)
        labels = check_labels(labels, len(z), self.num_classes)
        inputs = {"z": _finite(z, "Codes"), "truncation": np.full((len(z), 1), truncation, np.float32)}
        return self.run(inputs | ({} if labels is None else {"label": labels}), batch_size)["styles"]

    def synthesize(self, styles: np.ndarray, batch_size: int = 64, *, dtype: ImageDType = "float32") -> np.ndarray:
        """Maps styles (n, layers, style_dim) to images (n, height, width, channels) in [0, 1], or uint8."""
        self._require("synthesis", "synthesize")
        check_styles(styles, *self.manifest.inputs[0].sizes)
        return self._images({"styles": _finite(styles, "Styles")}, "image", dtype, batch_size)

    def encode(self, x: np.ndarray, batch_size: int = 64) -> np.ndarray:
        """Maps images (n, height, width, channels), [0, 1] or uint8, to codes (n, latent_dim): a VAE's means."""
        outputs = self._encoder_outputs(x, batch_size)
        return outputs.get("mean", next(iter(outputs.values())))

    def encode_distribution(self, x: np.ndarray, batch_size: int = 64) -> tuple[np.ndarray, np.ndarray]:
        """Mean and log-variance of q(z|x), each (n, latent_dim) float32.

        Raises ValueError for an encoder that gives codes only.
        """
        outputs = self._encoder_outputs(x, batch_size)
        if "log_variance" not in outputs:
            raise ValueError(
                f"encode_distribution needs an encoder with the outputs mean and log_variance. Received: {', '.join(outputs)}."
            )
        return outputs["mean"], outputs["log_variance"]

    def translate(
        self, x: np.ndarray, direction: str | None = None, batch_size: int = 64, *, dtype: ImageDType = "float32"
    ) -> np.ndarray:
        """Maps images (n, height, width, channels), [0, 1] or uint8, to those of the other kind, in [0, 1] or uint8.

        A file holds one direction, `part` in its manifest; another raises ValueError.
        """
        if not self.directions:
            raise ValueError(f"translate needs an exported translator. Received: a file of the {self.manifest.part}.")
        if direction not in (None, *self.directions):
            raise ValueError(f"The file translates {self.manifest.part}. Received: {direction!r}.")
        check_images(x, self.source_shape, "x")
        return self._images({"image": to_float(np.asarray(x))}, "translated", dtype, batch_size)

    @property
    def directions(self) -> tuple[str, ...]:
        """A translator's direction, the one that the file holds; none for others."""
        is_translator = any(output.name == "translated" for output in self.manifest.outputs)
        return (self.manifest.part,) if is_translator else ()

    @property
    def source_shape(self) -> tuple[int, ...]:
        """(height, width, channels) of what goes into an encoder or a translator."""
        return self.manifest.inputs[0].sizes

    def run(self, inputs: dict[str, np.ndarray], batch_size: int = 64) -> dict[str, np.ndarray]:
        """Runs the graph over inputs (n, ...) by name and gives the outputs by name, as the file has them.

        Values are not checked. Raises ValueError for other names than those of the file's inputs.
        """
        wanted = [tensor.name for tensor in self.manifest.inputs]
        if set(inputs) != set(wanted):
            raise ValueError(f"run takes the inputs of the file, {', '.join(wanted)}. Received: {', '.join(inputs) or 'none'}.")
        size = self.batch_size or check_positive(batch_size, "batch_size")
        n = len(next(iter(inputs.values())))
        parts = [
            self._run_batch({name: values[start : start + size] for name, values in inputs.items()})
            for start in range(0, n, size)
        ]
        names = [output.name for output in self.manifest.outputs]
        if len(parts) == 1:  # no copy
            return {name: parts[0][name] for name in names}
        return {name: np.concatenate([part[name] for part in parts]) for name in names}

    def _run_batch(self, batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        n = len(next(iter(batch.values())))
        if self.batch_size and n < self.batch_size:
            batch = {
                name: np.concatenate([values, np.repeat(values[-1:], self.batch_size - n, axis=0)])
                for name, values in batch.items()
            }
        return {name: output[:n] for name, output in self._session_here().run(batch).items()}

    def _session_here(self) -> Session:
        """The session of this process."""
        if self._process != os.getpid():
            self._session = _load_again(*self._origin)._session
            self._process = os.getpid()
        return self._session

    def _images(self, inputs: dict[str, np.ndarray], output: str, dtype: ImageDType, batch_size: int) -> np.ndarray:
        if dtype not in DTYPES:
            raise ValueError(f"dtype must be one of {', '.join(map(repr, DTYPES))}. Received: {dtype!r}.")
        images = self.run(inputs, batch_size)[output]
        if images.dtype == dtype:
            return images
        return to_uint8(images) if dtype == "uint8" else to_float(images)

    def _encoder_outputs(self, x: np.ndarray, batch_size: int) -> dict[str, np.ndarray]:
        self._require("encoder", "encode")
        check_images(x, self.source_shape, "x")
        return self.run({"image": to_float(np.asarray(x))}, batch_size)

    def _require_codes(self, part: PartName, method: str) -> int:
        """As `_require`, of a part that takes codes; gives their size."""
        self._require(part, method)
        assert self.latent_dim is not None  # as its manifest was checked
        return self.latent_dim

    def _require(self, part: PartName, method: str) -> None:
        if self.manifest.part != part:
            raise ValueError(
                f"{method} needs an exported {part}; export it with part={part!r}. "
                f"Received: a file of the {self.manifest.part}."
            )


def _load_again(path: Path, num_threads: int | None, provider: str, sha256: str) -> Runtime:
    """Raises ValueError where another file has taken the place of the one that was loaded, and what `load` raises."""
    runtime = load(path, num_threads, provider)
    if runtime.manifest.file.sha256 != sha256:
        raise ValueError(f"The file must be the one that was loaded before. Received: another in its place, {path}.")
    return runtime


def _finite(values: np.ndarray, what: str) -> np.ndarray:
    """Gives them as float32; raises ValueError for NaN and infinity, of which an image would show nothing but gray."""
    with np.errstate(over="ignore"):  # 1e300 becomes infinity, and is refused as such
        array = np.asarray(values, dtype=np.float32)
    if not np.isfinite(array).all():
        raise ValueError(
            f"{what} must be finite. Received: NaN or infinity in "
            f"{np.sum(~np.isfinite(array).reshape(len(array), -1).all(axis=1))} of {len(array)}."
        )
    return array


def _check_signature(manifest: Manifest, session: Session, path: str | Path) -> None:
    """Raises ValueError unless the manifest's inputs and outputs are those of the graph.

    Sizes that the graph leaves open fit all, but for the batch of its inputs: a fixed one is what they are padded to.
    """
    for side, tensors, found in (("inputs", manifest.inputs, session.inputs), ("outputs", manifest.outputs, session.outputs)):
        described: dict[str, TensorSignature] = {tensor.name: (tensor.dtype, tensor.shape) for tensor in tensors}
        if described.keys() != found.keys() or not all(_fits(described[name], found[name]) for name in described):
            raise ValueError(f"A manifest must have the {side} of its file, {found}. Received: {described} beside {path}.")
    for index, tensor in enumerate(manifest.inputs):
        expected = session.inputs[tensor.name][1][0]
        if tensor.shape[0] != expected:
            raise ValueError(
                f"{manifest_path(path).name}: inputs[{index}].shape[0]: must be the batch of the file, {expected}. "
                f"Received: {tensor.shape[0]}"
            )


def _fits(described: TensorSignature, found: TensorSignature) -> bool:
    return (
        described[0] == found[0]
        and len(described[1]) == len(found[1])
        and all(size in (None, expected) for expected, size in zip(described[1], found[1], strict=True))
    )

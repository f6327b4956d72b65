"""An exported file with the methods of the model that it came from."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kerasgen.codes import check_codes, check_labels, draw_codes
from kerasgen.data.check import check_batch_size, check_images
from kerasgen.images import to_float
from kerasgen.runtime.manifest import read_manifest
from kerasgen.runtime.sessions import open_session
from kerasgen.styles import check_styles, check_truncation


def load(path: str | Path, num_threads: int | None = None) -> Runtime:
    """Opens an exported file, after its manifest.

    Args:
        path: an `.onnx` or `.tflite` file that `kerasgen.export.export` wrote, with `<file>.json` beside it.
        num_threads: CPU threads; None leaves the choice to the runtime.

    Raises FileNotFoundError for a missing file or manifest, ValueError for a manifest that does not match its file or
    has an unknown format version, ImportError if the file's runtime is not installed.
    """
    manifest = read_manifest(path)
    return Runtime(manifest, open_session(Path(path), manifest["format"], num_threads))


class Runtime:
    """Runs an exported decoder, encoder, translator, or either half of a style-based generator.

    Attributes:
        manifest: what the file holds and where it is from.
        batch_size: the fixed batch size of the file, None if it takes any.
    """

    def __init__(self, manifest: dict, session):
        self.manifest = manifest
        self.latent_dim: int | None = manifest["latent_dim"]
        self.image_shape: tuple[int, int, int] = tuple(manifest["image_shape"])
        self.num_classes: int = manifest.get("num_classes", 0)
        self.batch_size: int | None = manifest["inputs"][0]["shape"][0]
        self._session = session

    def sample(self, n: int, seed: int | None = None, *, labels=None) -> np.ndarray:
        """Draws `n` images from codes of N(0, I): those that the Keras model's `sample` draws from the same seed.

        Returns:
            (n, height, width, channels) float32 in [0, 1].
        """
        self._require("decoder", "sample")
        return self.decode(draw_codes(n, self.latent_dim, seed), labels=labels)

    def decode(self, z, *, labels=None) -> np.ndarray:
        """Maps codes (n, latent_dim) to images (n, height, width, channels) float32 in [0, 1].

        `labels`, (n,) whole numbers or one for all, say which class a conditional model draws; others take none.
        """
        self._require("decoder", "decode")
        check_codes(z, self.latent_dim)
        labels = check_labels(labels, len(z), self.num_classes)
        codes = np.asarray(z, dtype=np.float32)
        return self.run({"z": codes} if labels is None else {"z": codes, "label": labels})["image"]

    def styles(self, z, truncation: float = 1.0) -> np.ndarray:
        """Maps codes (n, latent_dim) to styles (n, layers, style_dim) float32, drawn towards their average by `truncation`.

        `kerasgen.styles.mix_styles` mixes those of two pictures. Raises ValueError for a truncation outside [-1, 2].
        """
        self._require("mapping", "styles")
        check_codes(z, self.latent_dim)
        check_truncation(truncation)
        return self.run({"z": np.asarray(z, dtype=np.float32),
                         "truncation": np.full((len(z), 1), truncation, np.float32)})["styles"]

    def synthesise(self, styles) -> np.ndarray:
        """Maps styles (n, layers, style_dim) to images (n, height, width, channels) float32 in [0, 1]."""
        self._require("synthesis", "synthesise")
        check_styles(styles, *self.manifest["inputs"][0]["shape"][1:])
        return self.run({"styles": np.asarray(styles, dtype=np.float32)})["image"]

    def encode(self, x) -> np.ndarray:
        """Maps images (n, height, width, channels), [0, 1] or uint8, to codes (n, latent_dim): a VAE's means."""
        outputs = self._encoder_outputs(x)
        return outputs.get("mean", next(iter(outputs.values())))

    def encode_distribution(self, x) -> tuple[np.ndarray, np.ndarray]:
        """Mean and log-variance of q(z|x), each (n, latent_dim) float32.

        Raises ValueError for an encoder that gives codes only.
        """
        outputs = self._encoder_outputs(x)
        if "log_variance" not in outputs:
            raise ValueError("encode_distribution needs an encoder with the outputs mean and log_variance. "
                             f"Received: {', '.join(outputs)}.")
        return outputs["mean"], outputs["log_variance"]

    def translate(self, x, direction: str | None = None) -> np.ndarray:
        """Maps images (n, height, width, channels), [0, 1] or uint8, to those of the other kind, float32 in [0, 1].

        A file holds one direction, `part` in its manifest; another raises ValueError.
        """
        if not self.directions:
            raise ValueError(f"translate needs an exported translator. Received: a file of the {self.manifest['part']}.")
        if direction not in (None, *self.directions):
            raise ValueError(f"The file translates {self.manifest['part']}. Received: {direction!r}.")
        check_images(x, self.source_shape, "x")
        return self.run({"image": to_float(np.asarray(x))})["translated"]

    @property
    def directions(self) -> tuple[str, ...]:
        """A translator's direction, the one that the file holds; none for others."""
        is_translator = any(output["name"] == "translated" for output in self.manifest["outputs"])
        return (self.manifest["part"],) if is_translator else ()

    @property
    def source_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of what goes into an encoder or a translator."""
        return tuple(self.manifest["inputs"][0]["shape"][1:])

    def run(self, inputs: dict[str, np.ndarray], batch_size: int = 64) -> dict[str, np.ndarray]:
        """Runs the graph over inputs (n, ...) by name, unchecked, and gives the outputs by name.

        `batch_size` is that of a file which takes any; one of a fixed size runs at that size, the last batch padded.
        """
        size = self.batch_size or check_batch_size(batch_size)
        n = len(next(iter(inputs.values())))
        parts = [self._run_batch({name: values[start:start + size] for name, values in inputs.items()})
                 for start in range(0, n, size)]
        names = [output["name"] for output in self.manifest["outputs"]]
        return {name: np.concatenate([part[name] for part in parts]) for name in names}

    def _run_batch(self, batch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        n = len(next(iter(batch.values())))
        if self.batch_size and n < self.batch_size:
            batch = {name: np.concatenate([values, np.repeat(values[-1:], self.batch_size - n, axis=0)])
                     for name, values in batch.items()}
        return {name: output[:n] for name, output in self._session.run(batch).items()}

    def _encoder_outputs(self, x) -> dict[str, np.ndarray]:
        self._require("encoder", "encode")
        check_images(x, self.image_shape, "x")
        return self.run({"image": to_float(np.asarray(x))})

    def _require(self, part: str, method: str) -> None:
        if self.manifest["part"] != part:
            raise ValueError(f"{method} needs an exported {part}; export it with part={part!r}. "
                             f"Received: a file of the {self.manifest['part']}.")

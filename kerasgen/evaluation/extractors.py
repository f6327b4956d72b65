"""Extractors: callables from images to features, for the metrics that compare sets of images.

Any callable serves that takes images (n, height, width, channels) in [0, 1] and gives (n, dimensions); these have a `name` and
a `resize` for the protocol of a figure.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np

from kerasgen.errors import unknown_name

PIXELS = 7  # a side: 147 numbers in color, fewer than the images that exports compare
RESIZE = "bilinear, antialiased"


class Extractor:
    """A named callable: images (n, height, width, channels) in [0, 1] to float32 features (n, dimensions).

    Attributes:
        name: for the protocol.
        resize: what is done to the images first, "none" or a size and a filter.
        classify: maps features to probabilities (n, classes); None for an extractor that knows no classes.
    """

    def __init__(
        self,
        name: str,
        function: Callable[[np.ndarray], np.ndarray],
        resize: str = "none",
        classify: Callable[[np.ndarray], np.ndarray] | None = None,
    ):
        self.name = name
        self.resize = resize
        self.classify = classify
        self._function = function

    def __call__(self, images: np.ndarray) -> np.ndarray:
        return np.asarray(self._function(images), dtype="float32")


def zoo_classifier(preset: str) -> Extractor:
    """The features of a classifier of the zoo; raises ValueError for a preset that is none."""
    from kerasgen import presets

    model = presets.load(preset)
    if not hasattr(model, "extract"):
        raise ValueError(
            f"An extractor is a classifier of the zoo, as classifier_fashion_mnist. Received: {preset!r}, a "
            f"{type(model).__name__}."
        )
    return Extractor(preset, model.extract, classify=model.classify_features)


def inception() -> Extractor:
    """The 2048 pooled features of Keras's InceptionV3, trained on ImageNet, of images resized to 299 pixels.

    Not the network that published FIDs come from, which is another conversion: compare with its own figures only. Raises
    ValueError where the weights cannot be downloaded.
    """
    import keras

    try:
        network = keras.applications.InceptionV3(include_top=False, pooling="avg")
    except Exception as error:  # urllib's, wrapped by Keras
        raise ValueError(f"InceptionV3's weights must be at hand or be downloaded. Received: {error}.") from None

    def features(images):
        return keras.ops.convert_to_numpy(network(2.0 * _resized(_in_color(images), 299) - 1.0, training=False))

    return Extractor("InceptionV3 (keras.applications)", features, f"299 px, {RESIZE}")


def faces() -> Extractor:
    """dlib's 128 numbers of a face (King 2017), of images that show one face, upright and centered, resized to 150 pixels.

    Raises ImportError without the packages dlib-bin and face_recognition_models (`pip install 'kerasgen[faces]'`).
    """
    models = importlib.util.find_spec("face_recognition_models")  # not imported: it needs setuptools, and says so in vain
    if models is None or importlib.util.find_spec("_dlib_pybind11") is None:
        raise ImportError("Face embeddings need dlib: pip install 'kerasgen[faces]'.")
    import dlib
    from PIL import Image

    file = Path(models.submodule_search_locations[0], "models", "dlib_face_recognition_resnet_model_v1.dat")
    network = dlib.face_recognition_model_v1(str(file))

    def features(images):
        pictures = np.rint(_in_color(images) * 255).astype("uint8")
        chips = [np.asarray(Image.fromarray(picture).resize((150, 150), Image.Resampling.BICUBIC)) for picture in pictures]
        return np.array(network.compute_face_descriptor(chips))

    return Extractor("dlib face recognition", features, "150 px, bicubic")


def pixels() -> Extractor:
    """The pixels themselves, of images resized to 7 pixels: for what no network at hand was trained on.

    They tell sets that differ in colors, places and coarse shapes; of what is seen in the images they know nothing.
    """
    import keras

    def features(images):
        return keras.ops.convert_to_numpy(_resized(images, PIXELS)).reshape(len(images), -1)

    return Extractor("pixels", features, f"{PIXELS} px, {RESIZE}")


def get_extractor(name: str) -> Extractor:
    """Gives an extractor by its name: "inception", "faces", "pixels", or a classifier of the zoo.

    Raises ValueError for an unknown name.
    """
    from kerasgen import presets

    own = {"inception": inception, "faces": faces, "pixels": pixels}
    if name in own:
        return own[name]()
    classifiers = [preset for preset in presets.list_presets(trained=True) if preset.startswith("classifier_")]
    if name not in classifiers:
        raise unknown_name("extractor", name, [*own, *classifiers])
    return zoo_classifier(name)


def _resized(images: np.ndarray, size: int):
    import keras

    return keras.ops.image.resize(images, (size, size), interpolation="bilinear", antialias=True, data_format="channels_last")


def _in_color(images: np.ndarray) -> np.ndarray:
    return np.repeat(images, 3, axis=-1) if images.shape[-1] == 1 else images

"""Data sets of tensorflow-datasets by name, in memory and streamed."""

import numpy as np
import pytest
from helpers import ANY_BACKEND, gradient, indices_of, numbered

from kerasgen.data import ImageBatches, load
from kerasgen.data.dsprites import LABELS
from kerasgen.data.portraits import FOLDER

pytestmark = ANY_BACKEND


@pytest.fixture(scope="module")
def tiny_tfds(tmp_path_factory):
    """A prepared set of 25 numbered images of 4 x 4 x 1 with a class and a nested truth value."""
    tfds = pytest.importorskip("tensorflow_datasets")

    class KerasgenTiny(tfds.core.GeneratorBasedBuilder):
        VERSION = tfds.core.Version("1.0.0")

        def _info(self):
            features = {
                "image": tfds.features.Image(shape=(4, 4, 1)),
                "label": tfds.features.ClassLabel(names=["even", "odd"]),
                "attributes": {"Large": np.bool_},
                "text": tfds.features.Text(),
            }
            return tfds.core.DatasetInfo(
                builder=self, features=tfds.features.FeaturesDict(features), supervised_keys=("image", "label")
            )

        def _split_generators(self, dl_manager):
            return {"train": self._generate_examples(0, 20), "test": self._generate_examples(20, 25)}

        def _generate_examples(self, start, stop):
            for index in range(start, stop):
                image = numbered(stop)[index]
                attributes = {"Large": index >= 10}
                yield index, {"image": image, "label": index % 2, "attributes": attributes, "text": "x"}

    data_dir = tmp_path_factory.mktemp("tfds")
    KerasgenTiny(data_dir=data_dir).download_and_prepare()
    return data_dir


def test_dsprites_are_a_set_of_known_factors(tmp_path):
    tfds = pytest.importorskip("tensorflow_datasets")
    chosen = load("sprites", "test[:7]", batch_size=7).source

    class Dsprites(tfds.core.GeneratorBasedBuilder):
        VERSION = tfds.core.Version("2.0.0")

        def _info(self):
            labels = {
                name: tfds.features.ClassLabel(num_classes=size)
                for name, size in zip(LABELS, chosen.sizes.values(), strict=True)
            }
            return tfds.core.DatasetInfo(
                builder=self, features=tfds.features.FeaturesDict({"image": tfds.features.Image(shape=(64, 64, 1)), **labels})
            )

        def _split_generators(self, dl_manager):
            return {"train": self._generate_examples()}

        def _generate_examples(self):
            for index, (image, factors) in enumerate(zip(chosen[:], chosen.factors, strict=True)):
                yield index, {"image": image // 255, **dict(zip(LABELS, map(int, factors), strict=True))}

    Dsprites(data_dir=tmp_path).download_and_prepare()
    batches = load("dsprites", "test[:8]", batch_size=8, labels="scale", data_dir=tmp_path)
    np.testing.assert_array_equal(batches.source[:7], chosen[:])
    np.testing.assert_array_equal(batches.source.factors[:7], chosen.factors)
    np.testing.assert_array_equal(batches.source.render(chosen.factors), chosen[:])
    np.testing.assert_array_equal(batches.labels, batches.source.factors[:, 1])
    assert batches.images()[7].max() == 0.0  # not among the seven


def test_tfds_in_memory(tiny_tfds):
    batches = load("kerasgen_tiny", labels=True, batch_size=20, data_dir=tiny_tfds)
    assert batches.class_names == ["even", "odd"]
    images, labels = batches[0]
    numbers = indices_of(images)
    assert sorted(numbers) == list(range(20))
    assert labels.tolist() == [number % 2 for number in numbers]
    large = load("kerasgen_tiny", "test[:60%]", 8, labels="attributes/Large", channels=3, data_dir=tiny_tfds)
    assert (large.num_images, large.image_shape, large.labels.tolist()) == (3, (8, 8, 3), [1, 1, 1])
    assert large.class_names is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"labels": "text"}, "Unknown label. Received: 'text'"),
        ({"labels": "lable"}, "Unknown label. Received: 'lable'. Did you mean 'label'?"),
        ({"split": "tset"}, "Unknown split. Received: 'tset'. Did you mean 'test'?"),
        ({"batch_size": 21}, "must be at most the number of images, 20"),
    ],
)
def test_tfds_errors(tiny_tfds, arguments, message):
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        load("kerasgen_tiny", **{"data_dir": tiny_tfds, **arguments})


def test_large_tfds_stream_with_the_same_content(tiny_tfds, monkeypatch):
    monkeypatch.setattr("kerasgen.data.tfds.MEMORY_LIMIT", 100)
    stream = load("kerasgen_tiny", image_size=6, labels=True, batch_size=5, seed=2, data_dir=tiny_tfds)
    assert not isinstance(stream, ImageBatches)
    assert stream.element_spec[0].shape.as_list() == [5, 6, 6, 1]
    passes = [[(indices_of(images), labels.tolist()) for images, labels in stream.as_numpy_iterator()] for _ in range(2)]
    assert passes[0] != passes[1]
    for batches in passes:
        assert sorted(sum((numbers for numbers, _ in batches), [])) == list(range(20))
        assert all(labels == [number % 2 for number in numbers] for numbers, labels in batches)
    again = load("kerasgen_tiny", image_size=6, labels=True, batch_size=5, seed=2, data_dir=tiny_tfds)
    assert [indices_of(images) for images, _ in again.as_numpy_iterator()] == [numbers for numbers, _ in passes[0]]
    monkeypatch.setattr("kerasgen.data.tfds.MEMORY_LIMIT", 10)
    plain = next(load("kerasgen_tiny", "test", batch_size=5, data_dir=tiny_tfds).as_numpy_iterator())
    assert plain.dtype == np.float32 and 20 / 255 <= plain.min() <= plain.max() <= 24 / 255 + 1e-6


def test_streamed_images_are_mirrored(tmp_path, tiny_tfds):
    from kerasgen.data.tfds import TfdsImages

    found = TfdsImages("kerasgen_tiny", "train", None, None, None, tiny_tfds)
    import tensorflow as tf

    left = tf.data.Dataset.from_tensor_slices((gradient(100, 4), np.zeros(100, "int32")))
    found._dataset = lambda **_: left
    options = {"mirror": True, "shuffle": False, "seed": 0, "drop_remainder": False}
    images = np.concatenate(list(found.stream(10, **options).as_numpy_iterator()))
    turned = images[:, 0, 0, 0] > 0
    assert 25 < turned.sum() < 75
    np.testing.assert_array_equal(images[turned][:, :, ::-1], images[~turned][:1].repeat(turned.sum(), 0))


def test_embedded_set_is_a_tensorflow_dataset():
    tf = pytest.importorskip("tensorflow")
    tfds = pytest.importorskip("tensorflow_datasets")
    builder = tfds.builder_from_directory(FOLDER)
    assert builder.info.supervised_keys == ("image", "era")
    split = "test[10:40%]"
    found = load("portraits", split, labels="gender")
    dataset = builder.as_dataset(split=split, shuffle_files=False, decoders={"image": tfds.decode.SkipDecoding()})
    examples = list(dataset.as_numpy_iterator())
    assert found.labels.tolist() == [example["gender"] for example in examples]
    assert found.class_names == builder.info.features["gender"].names
    # TensorFlow's default transform is a faster one, off by 1.4 of 255 in the mean.
    images = [tf.io.decode_jpeg(example["image"], dct_method="INTEGER_ACCURATE") for example in examples]
    np.testing.assert_array_equal(found.images(), np.stack(images) / np.float32(255))

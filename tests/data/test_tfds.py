"""Data sets of tensorflow-datasets by name, in memory and streamed."""

import keras
import numpy as np
import pytest
from helpers import ANY_BACKEND, gradient, indices_of, numbered

from kerasgen.data import StreamedDataset, load
from kerasgen.data.dsprites import LABELS
from kerasgen.data.portraits import FOLDER
from kerasgen.data.survey import survey
from kerasgen.data.tfds import TfdsImages, no_downloads

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


def test_no_set_is_downloaded_where_that_is_asked(tiny_tfds, tmp_path):
    with no_downloads():
        assert load("kerasgen_tiny", batch_size=5, data_dir=tiny_tfds).num_images == 20
        with pytest.raises(FileNotFoundError, match="mnist must lie prepared on the disk, as .*Received: no folder .*mnist$"):
            load("mnist", data_dir=tmp_path)
        (tmp_path / "mnist" / "9.9.9").mkdir(parents=True)
        with pytest.raises(FileNotFoundError, match=r"no folder .*mnist.3\.0\.1$"):
            load("mnist", data_dir=tmp_path)


@pytest.fixture
def streamed(tiny_tfds, monkeypatch):
    """Loads the tiny set as one that is too large for memory."""
    monkeypatch.setattr("kerasgen.data.tfds.MEMORY_LIMIT", 10)
    return lambda *args, **kwargs: load("kerasgen_tiny", *args, **{"batch_size": 5, "data_dir": tiny_tfds, **kwargs})


def test_large_tfds_stream_with_the_same_content(streamed):
    stream = streamed(image_size=6, labels=True, seed=2)
    assert isinstance(stream, StreamedDataset)
    assert (stream.image_shape, stream.num_images, len(stream), stream.class_names) == ((6, 6, 1), 20, 4, ["even", "odd"])
    passes = []
    for epoch in range(2):
        stream.epoch = epoch
        passes.append([(indices_of(images), labels.tolist()) for images, labels in stream])
    assert passes[0] != passes[1]
    for batches in passes:
        assert sorted(sum((numbers for numbers, _ in batches), [])) == list(range(20))
        assert all(labels == [number % 2 for number in numbers] for numbers, labels in batches)
    plain = streamed("test", channels=3)[0]
    assert plain.shape == (5, 4, 4, 3) and plain.dtype == np.float32 and sorted(indices_of(plain)) == list(range(20, 25))
    with pytest.raises(ValueError, match="not binarized. Received: 'kerasgen_tiny'"):
        streamed(binarize=True)


def test_the_order_of_a_stream_is_a_function_of_seed_and_epoch(streamed):
    stream = streamed(seed=2)
    stream.epoch = 3
    whole = [indices_of(batch) for batch in stream.batches()]
    resumed = streamed(seed=2)
    resumed.epoch = 3
    assert [indices_of(resumed[index]) for index in (2, 1, 3, 3, 0)] == [whole[index] for index in (2, 1, 3, 3, 0)]
    assert [indices_of(batch) for batch in streamed(seed=3).batches()] != [indices_of(batch) for batch in streamed(seed=2)]


def test_images_and_labels_of_a_stream_are_in_the_order_of_the_source(streamed):
    stream, memory = streamed(labels=True, mirror=True), streamed(shuffle=False, drop_remainder=False)
    expected = [index for batch in memory for index in indices_of(batch)]
    assert indices_of(stream.images()) == expected
    assert stream.labels.tolist() == [index % 2 for index in expected] and stream.labels.dtype == np.int32
    assert indices_of(stream.images(np.array([7, 0, 7]))) == [expected[7], expected[0], expected[7]]
    assert indices_of(stream.images(slice(3))) == expected[:3]
    assert memory.labels is None


def test_a_stream_is_split_without_overlap(streamed):
    first, second = streamed(labels=True, batch_size=2).split(0.75, seed=1)
    assert (first.num_images, second.num_images) == (15, 5)
    found = [[number for images, _ in part for number in indices_of(images)] for part in (first, second)]
    assert len(found[0]) == 14 and len(found[1]) == 4 and not set(found[0]) & set(found[1])
    assert sorted(indices_of(first.images()) + indices_of(second.images())) == list(range(20))
    assert second.labels.tolist() == [number % 2 for number in indices_of(second.images())]
    inner, _ = first.split(0.4)
    assert inner.num_images == 6 and set(indices_of(inner.images())) < set(indices_of(first.images()))


def test_fit_passes_over_a_stream_once_an_epoch(streamed):
    stream = streamed(labels=True)
    model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(2)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True), run_eagerly=True)
    model.fit(stream, epochs=2, shuffle=False, verbose=0)
    assert stream.epoch == 2


def test_streamed_images_are_mirrored(tiny_tfds):
    tf = pytest.importorskip("tensorflow")
    found = TfdsImages("kerasgen_tiny", "train", None, None, None, tiny_tfds)
    found._encoded = lambda *_: tf.data.Dataset.from_tensor_slices((np.zeros(100, "int32"), np.zeros(100, "int32")))
    found._decoded = lambda _: tf.data.Dataset.from_tensor_slices((gradient(100, 4), np.zeros(100, "int32")))
    options = {"mirror": True, "shuffle": False, "drop_remainder": False}
    images, again, other = (np.concatenate(list(found.stream(10, seed=seed, **options))) for seed in (0, 0, 1))
    turned = images[:, 0, 0, 0] > 0
    assert 25 < turned.sum() < 75
    np.testing.assert_array_equal(images[turned][:, :, ::-1], images[~turned][:1].repeat(turned.sum(), 0))
    np.testing.assert_array_equal(images, again)
    assert (images != other).any()


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


def test_a_survey_reads_the_notes_of_a_set(tiny_tfds, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tiny_tfds))
    found = survey("kerasgen_tiny")
    assert (found.splits, found.side, found.channels) == ({"train": 20, "test": 5}, 4, 1)
    assert list(found.classes) == ["even", "odd"]
    with pytest.raises(ValueError, match="Unknown label. Received: 'x'"):
        survey("kerasgen_tiny", "x")

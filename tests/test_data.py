"""The data module: sources, splits, checks, and the order that `fit` sees."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from helpers import ANY_BACKEND, EVERY_BACKEND
from PIL import Image

from kerasgen.data import ImageBatches, check_images, face_crops, load
from kerasgen.data.dsprites import LABELS
from kerasgen.data.portraits import FOLDER
from kerasgen.data.splits import select
from kerasgen.data.tfrecord import parse_example, read_records
from kerasgen.errors import unknown_name

pytestmark = ANY_BACKEND


def numbered(count, size=4, channels=1):
    """Images that tell their index: every pixel of image i is i."""
    return np.broadcast_to(np.arange(count, dtype="uint8")[:, None, None, None], (count, size, size, channels)).copy()


def gradient(count, size=6):
    """Images whose left and right differ, so that a flip shows."""
    return np.tile(np.arange(size, dtype="uint8") * 20, (count, size, 1))[..., None]


def save(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)


def indices_of(batch):
    """The image numbers in a batch of `numbered` images."""
    return np.rint(np.asarray(batch)[:, 0, 0, 0] * 255).astype(int).tolist()


class Recorder(keras.Model):
    """A model whose training step only notes what it sees; the step is traced on no backend."""

    def __init__(self, built=True):
        super().__init__()
        self.scale = keras.layers.Rescaling(1.0)
        self.seen = []
        if built:
            self.build((None, 4, 4, 1))

    def build(self, shape):
        self.scale.build(shape)
        self.built = True

    def call(self, x):
        return self.scale(x)

    def train_step(self, *arguments):
        data = arguments[-1]
        x = data[0] if isinstance(data, (tuple, list)) else data
        self.seen.append(indices_of(x))
        logs = {"loss": 0.0}
        return (logs, arguments[0]) if len(arguments) == 2 else logs


def recorder(built=True):
    model = Recorder(built)
    model.compile(optimizer="sgd", run_eagerly=True, jit_compile=False)
    return model


# Arrays and batches


def test_batches_are_float_in_unit_range_and_hold_every_image_once():
    batches = load(numbered(10), batch_size=4, drop_remainder=False)
    assert isinstance(batches, ImageBatches)
    assert [len(batch) for batch in batches] == [4, 4, 2]
    assert all(batch.dtype == np.float32 for batch in batches)
    assert sorted(sum((indices_of(batch) for batch in batches), [])) == list(range(10))
    assert (batches.num_images, batches.image_shape, len(batches)) == (10, (4, 4, 1), 3)


def test_remainder_is_dropped_when_shuffled_and_kept_otherwise():
    assert len(load(numbered(10), batch_size=4)) == 2
    assert len(load(numbered(10), batch_size=4, shuffle=False)) == 3


def test_order_is_a_function_of_seed_and_epoch():
    first, second = (load(numbered(40), batch_size=8, seed=3) for _ in range(2))
    second.epoch = 5
    later = [indices_of(batch) for batch in second]
    assert later != [indices_of(batch) for batch in first]
    first.epoch = 5
    assert later == [indices_of(batch) for batch in first]
    expected = np.random.default_rng([3, 5]).permutation(40)
    assert sum(later, []) == expected.tolist()
    assert later != [indices_of(batch) for batch in load(numbered(40), batch_size=8, seed=4)]


def test_mirror_flips_about_half_and_anew_each_epoch():
    images = gradient(200)
    batches = load(images, batch_size=200, mirror=True, shuffle=False)
    flips = []
    for epoch in range(2):
        batches.epoch = epoch
        turned = (batches[0] == images[:, :, ::-1] / np.float32(255)).all((1, 2, 3))
        straight = (batches[0] == images / np.float32(255)).all((1, 2, 3))
        assert (turned ^ straight).all()
        assert 60 < turned.sum() < 140
        flips.append(turned)
    assert (flips[0] != flips[1]).any()
    assert (batches.images() == images / np.float32(255)).all()


def test_labels_stay_with_their_images():
    batches = ImageBatches(numbered(20), np.arange(20), 5, seed=1)
    for images, labels in batches:
        assert labels.dtype == np.int32
        assert indices_of(images) == labels.tolist()


def test_float_images_are_kept_and_rank_three_gets_a_channel():
    images = np.linspace(0, 1, 3 * 25, dtype="float64").reshape(3, 5, 5)
    batches = load(images, batch_size=3, shuffle=False)
    assert batches.image_shape == (5, 5, 1)
    np.testing.assert_array_equal(batches[0][..., 0], images.astype("float32"))


def test_index_out_of_range_ends_iteration():
    with pytest.raises(IndexError, match="Received: 2"):
        load(numbered(8), batch_size=4)[2]


# One, two and six batches: Keras looks at up to two before it starts. (A single batch and a model not yet built is the
# one case where such a look cannot be told from an epoch.)
@EVERY_BACKEND
@pytest.mark.parametrize(("count", "built"), [(4, True), (8, True), (24, True), (8, False), (24, False)])
def test_epoch_k_of_fit_sees_order_k(count, built):
    batches = load(numbered(count), batch_size=4, seed=7)
    model = recorder(built)
    model.fit(batches, epochs=2, shuffle=False, verbose=0)
    model.fit(batches, epochs=1, shuffle=False, verbose=0)
    assert batches.epoch == 3
    expected = [np.random.default_rng([7, epoch]).permutation(count).tolist() for epoch in range(3)]
    assert sum(model.seen, []) == sum(expected, [])


@EVERY_BACKEND
def test_a_pass_cut_by_steps_per_epoch_is_one_order():
    batches = load(numbered(24), batch_size=4, seed=7)
    model = recorder()
    model.fit(batches, epochs=4, steps_per_epoch=3, shuffle=False, verbose=0)
    expected = [np.random.default_rng([7, epoch]).permutation(24).tolist() for epoch in range(2)]
    assert sum(model.seen, []) == sum(expected, [])


@EVERY_BACKEND
def test_resumed_fit_continues_the_order():
    batches = load(numbered(24), batch_size=4, seed=7)
    batches.epoch = 9
    model = recorder()
    model.fit(batches, shuffle=False, verbose=0)
    assert sum(model.seen, []) == np.random.default_rng([7, 9]).permutation(24).tolist()


# Sizes and channels


def test_crop_is_central_and_to_the_aspect():
    image = np.zeros((1, 8, 16, 1), "uint8")
    image[:, :, 4:12] = 255
    assert (load(image, image_size=8, batch_size=1).images() == 1.0).all()
    assert load(image, image_size=(4, 8), batch_size=1).image_shape == (4, 8, 1)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_resize_agrees_with_pillow_on_colour_pictures(dtype):
    array = np.random.default_rng(0).integers(0, 256, (12, 12, 3), dtype="uint8")
    expected = np.asarray(Image.fromarray(array).resize((5, 5), Image.Resampling.LANCZOS)) / 255.0
    given = array if dtype == "uint8" else (array / 255.0).astype("float32")
    found = load(given[None], image_size=5, batch_size=1).images()[0]
    np.testing.assert_allclose(found, expected, atol=0 if dtype == "uint8" else 2 / 255, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_channels_convert(dtype):
    scale = 1 if dtype == "uint8" else np.float32(255)
    colour = np.zeros((1, 4, 4, 3), dtype)
    colour[..., 1] = 200 / scale
    grey = load(colour, channels=1, batch_size=1).images()
    assert grey.shape == (1, 4, 4, 1)
    np.testing.assert_allclose(grey, 0.587 * 200 / 255, atol=0.5 / 255)
    assert load(grey, channels=3, batch_size=1).image_shape == (4, 4, 3)


# Splits


@pytest.mark.parametrize(
    ("split", "expected"),
    [
        ("train", [("train", range(0, 10))]),
        ("train[:25%]", [("train", range(0, 2))]),
        ("train[90%:]", [("train", range(9, 10))]),
        ("train[-3:]", [("train", range(7, 10))]),
        ("train[2:4]+test", [("train", range(2, 4)), ("test", range(0, 3))]),
        ("test[10:90%]", [("test", range(0, 3))]),
        ("train[33.3%:-20%]", [("train", range(3, 8))]),
    ],
)
def test_split_slices(split, expected):
    assert select(split, {"train": 10, "test": 3}) == expected


@pytest.mark.parametrize(
    "split", ["trian", "train[5:5]", "train[1", "train[1:2:3]", "train[:]", "train[:11]", "train[1.5:]", "", None]
)
def test_bad_splits(split):
    with pytest.raises(ValueError, match="Received: "):
        load(numbered(10), split=split)


def test_array_slices_and_shuffles_by_split_name():
    batches = load(numbered(10), split="train[4:6]+train[:1]", batch_size=3, shuffle=False)
    assert indices_of(batches[0]) == [4, 5, 0]
    assert load(numbered(10), split="train[:5]", batch_size=2).shuffle
    assert not load("portraits", split="test[:2]", batch_size=2).shuffle


# The embedded set


def test_portraits_splits_share_nobody():
    def ids(split):
        path = FOLDER / f"portraits-{split}.tfrecord-00000-of-00001"
        return {int(parse_example(record)["file"][0][:6]) for record in read_records(path)}

    train, test = ids("train"), ids("test")
    assert (len(train), len(test)) == (2863, 324)
    assert all(number % 10 == 0 for number in test)
    assert not any(number % 10 == 0 for number in train)


@pytest.mark.parametrize(
    ("label", "class_names"),
    [
        (True, ["historical", "modern"]),
        ("gender", ["F", "M", "unknown"]),
        ("tone", ["colour", "monochrome"]),
        ("born", None),
    ],
)
def test_portraits_labels(label, class_names):
    batches = load("portraits", split="test", labels=label)
    assert (batches.num_images, batches.image_shape) == (324, (64, 64, 3))
    assert batches.class_names == class_names
    if class_names:
        assert set(batches.labels.tolist()) == set(range(len(class_names)))
    else:
        assert 1700 < np.median(batches.labels) < 2000


def test_portraits_size_and_channels():
    batches = load("portraits", "test[:5]", 16, 5, channels=1)
    assert batches[0].shape == (5, 16, 16, 1)
    assert 0.1 < batches.images().mean() < 0.9


def test_tfrecord_reader_agrees_with_tensorflow():
    tf = pytest.importorskip("tensorflow")
    path = FOLDER / "portraits-test.tfrecord-00000-of-00001"
    expected = list(tf.data.TFRecordDataset(str(path), buffer_size=262144).as_numpy_iterator())
    assert list(read_records(path)) == expected
    for record in expected[:10]:
        features = tf.train.Example.FromString(record).features.feature
        example = parse_example(record)
        assert set(example) == set(features)
        for name, values in example.items():
            assert values == list(getattr(features[name], features[name].WhichOneof("kind")).value)


def test_example_parser_reads_every_kind():
    tf = pytest.importorskip("tensorflow")
    train = tf.train
    features = {
        "ints": train.Feature(int64_list=train.Int64List(value=[-1, 0, 300, 2**62])),
        "floats": train.Feature(float_list=train.FloatList(value=[0.5, -2.0])),
        "bytes": train.Feature(bytes_list=train.BytesList(value=[b"", b"ab"])),
        "none": train.Feature(),
    }
    record = train.Example(features=train.Features(feature=features)).SerializeToString()
    expected = {"ints": [-1, 0, 300, 2**62], "floats": [0.5, -2.0], "bytes": [b"", b"ab"], "none": []}
    assert parse_example(record) == expected
    assert parse_example(record, ["floats"]) == {"floats": [0.5, -2.0]}


def test_truncated_records_are_an_error(tmp_path):
    whole = (FOLDER / "portraits-test.tfrecord-00000-of-00001").read_bytes()
    (tmp_path / "cut").write_bytes(whole[:-3])
    with pytest.raises(ValueError, match="Received: .*cut"):
        list(read_records(tmp_path / "cut"))


def test_sources_load_without_tensorflow(tmp_path):
    save(tmp_path / "a.png", numbered(2, 8)[1, ..., 0])
    program = f"""
import sys
sys.modules["tensorflow"] = None  # makes `import tensorflow` an ImportError
import kerasgen.data
assert "keras" not in sys.modules
import numpy as np
from kerasgen.data import load
assert load("portraits", "test[:3]", labels=True, batch_size=3)[0][0].shape == (3, 64, 64, 3)
assert load({str(tmp_path)!r}, batch_size=1).image_shape == (8, 8, 1)
assert load(np.zeros((2, 4, 4, 3), "uint8"), batch_size=2)[0].shape == (2, 4, 4, 3)
try:
    load("fashion_mnist", data_dir={str(tmp_path)!r})
except ImportError as error:
    assert "TensorFlow" in str(error) and "'fashion_mnist'" in str(error), error
else:
    raise AssertionError("no ImportError")
"""
    environment = {**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


# Folders


def test_folder_with_classes_and_splits(tmp_path):
    for split, classes in {"train": "ab", "test": "b"}.items():
        for name in classes:
            for index in range(3):
                save(tmp_path / split / name / f"{index}.png", np.full((6, 6, 3), 10 * index + ord(name), "uint8"))
    batches = load(tmp_path, labels=True, batch_size=6)
    # By the names of the files, so that a slice holds every class.
    assert (batches.class_names, batches.labels.tolist()) == (["a", "b"], [0, 1, 0, 1, 0, 1])
    held_out = load(str(tmp_path), "test", labels="label")
    # Class b keeps its number where class a is missing.
    assert (held_out.class_names, held_out.labels.tolist()) == (["a", "b"], [1, 1, 1])
    assert indices_of(held_out.images()) == [98, 108, 118]
    with pytest.raises(ValueError, match="Unknown split. Received: 'validation'"):
        load(tmp_path, "validation")


def test_folder_without_splits_is_train_only(tmp_path):
    for index in range(4):
        save(tmp_path / f"{index}.png", np.full((6, 6), index, "uint8"))
    save(tmp_path / ".thumbnails" / "x.png", np.zeros((2, 2), "uint8"))
    batches = load(tmp_path, "train[1:]", batch_size=3, shuffle=False)
    assert indices_of(batches[0]) == [1, 2, 3]
    with pytest.raises(ValueError, match="Unknown split. Received: 'test'"):
        load(tmp_path, "test")
    with pytest.raises(ValueError, match="every image must lie in one"):
        load(tmp_path, labels=True)


def test_folder_mixes_grey_and_colour_as_colour(tmp_path):
    save(tmp_path / "a.png", np.full((6, 6), 7, "uint8"))
    save(tmp_path / "b.jpg", np.full((6, 6, 3), 9, "uint8"))
    assert load(tmp_path, batch_size=2).image_shape == (6, 6, 3)


def test_folder_of_different_sizes(tmp_path):
    save(tmp_path / "a.png", np.zeros((6, 6), "uint8"))
    save(tmp_path / "b.png", np.zeros((8, 6), "uint8"))
    with pytest.raises(ValueError, match=r"need `image_size`. Received: .*a.png of \(6, 6\) and .*b.png of \(8, 6\)"):
        load(tmp_path)
    assert load(tmp_path, image_size=4, batch_size=2).image_shape == (4, 4, 1)


@pytest.mark.parametrize("damage", ["text", "cut", "deep"])
def test_folder_names_the_bad_file(tmp_path, damage):
    save(tmp_path / "a.png", np.zeros((64, 64), "uint8"))
    bad = tmp_path / "bad.png"
    if damage == "text":
        bad.write_text("no image")
    elif damage == "cut":
        noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype="uint8")
        save(bad, noise)
        bad.write_bytes(bad.read_bytes()[:2000])
    else:
        save(bad, np.zeros((64, 64), "uint16"))
    with pytest.raises(ValueError, match="Received: .*bad.png"):
        load(tmp_path)


def test_empty_folder(tmp_path):
    with pytest.raises(ValueError, match="must hold image files"):
        load(tmp_path)
    with pytest.raises(ValueError, match="existing folder"):
        load(tmp_path / "missing")


# tensorflow-datasets


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
            labels = {name: tfds.features.ClassLabel(num_classes=size)
                      for name, size in zip(LABELS, chosen.sizes.values(), strict=True)}
            return tfds.core.DatasetInfo(builder=self, features=tfds.features.FeaturesDict(
                {"image": tfds.features.Image(shape=(64, 64, 1)), **labels}))

        def _split_generators(self, dl_manager):
            return {"train": self._generate_examples()}

        def _generate_examples(self):
            for index, (image, factors) in enumerate(zip(chosen[:], chosen.factors, strict=True)):
                yield index, {"image": image // 255, **dict(zip(LABELS, map(int, factors), strict=True))}

    Dsprites(data_dir=tmp_path).download_and_prepare()
    batches = load("dsprites", "test[:8]", batch_size=8, labels="scale", data_dir=tmp_path)
    np.testing.assert_array_equal(batches.source[:7], chosen[:])
    np.testing.assert_array_equal(batches.source.factors[:7], chosen.factors)
    np.testing.assert_array_equal(batches.source.draw(chosen.factors), chosen[:])
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
    passes = [
        [(indices_of(images), labels.tolist()) for images, labels in stream.as_numpy_iterator()] for _ in range(2)
    ]
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


# Checks


@pytest.mark.parametrize(
    ("images", "message"),
    [
        ([[0.0]], "must be an array .* Received: list"),
        (np.zeros((4, 4, 1), "uint8"), r"\(N, height, width, channels\).* Received: shape \(4, 4, 1\)"),
        (np.zeros((0, 4, 4, 1), "uint8"), "not empty"),
        (np.zeros((2, 4, 5, 1), "uint8"), r"\(4, 4, None\). Received: \(4, 5, 1\)"),
        (np.zeros((2, 4, 4, 1), "int64"), "uint8 or float.* Received: dtype int64"),
        (np.zeros((2, 4, 4, 1), bool), "Received: dtype bool"),
        (np.full((2, 4, 4, 1), 200.0), "Divide 0..255 by 255"),
        (np.linspace(-1, 1, 32).reshape(2, 4, 4, 1), r"\(x \+ 1\) / 2"),
        (np.full((2, 4, 4, 1), 1.5), "Received: values from 1.5 to 1.5"),
        (np.full((2, 4, 4, 1), np.nan, "float32"), "must be finite"),
        (np.full((2, 4, 4, 1), np.inf, "float32"), "must be finite"),
    ],
)
def test_check_images_refuses(images, message):
    with pytest.raises(ValueError, match=f"`photos`.*{message}"):
        check_images(images, (4, 4, None), name="photos")


def test_check_images_finds_one_nan_among_many():
    images = np.zeros((3, 4, 4, 1), "float32")
    images[1, 2, 3] = np.nan
    with pytest.raises(ValueError, match="finite"):
        check_images(images)


@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "float64"])
def test_check_images_accepts(dtype):
    assert check_images(np.ones((2, 4, 4, 3), dtype), (4, None, 3)) is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 0}, "positive integer. Received: 0"),
        ({"batch_size": 2.5}, "positive integer. Received: 2.5"),
        ({"batch_size": 11}, "at most the number of images, 10.* Received: 11"),
        ({"image_size": 0}, "`image_size`.* Received: 0"),
        ({"image_size": (4, 4, 3)}, r"Received: \(4, 4, 3\)"),
        ({"channels": 2}, "`channels`.* Received: 2"),
        ({"labels": True}, "An array has no labels"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        load(numbered(10), **arguments)


def test_batch_may_exceed_the_data_where_the_remainder_is_kept():
    assert len(load(numbered(10), batch_size=11, drop_remainder=False)) == 1


@pytest.mark.parametrize("labels", [np.zeros(3, "int64"), np.zeros(4, "float32"), np.zeros((4, 1), "int64")])
def test_labels_must_fit_the_images(labels):
    with pytest.raises(ValueError, match="`labels` must be 4 integers"):
        ImageBatches(numbered(4), labels, 2)


def test_unknown_portrait_label():
    with pytest.raises(ValueError, match="Unknown label. Received: 'gendre'. Did you mean 'gender'"):
        load("portraits", labels="gendre")


def test_unknown_source_names_its_neighbours():
    pytest.importorskip("tensorflow_datasets")
    with pytest.raises(ValueError, match="Unknown data set. Received: 'portrait'. Did you mean 'portraits'"):
        load("portrait")
    with pytest.raises(ValueError, match="Did you mean 'fashion_mnist'"):
        load("FashionMNIST")
    with pytest.raises(ValueError, match="`source` must be"):
        load(3)


def test_unknown_name_lists_all_when_nothing_is_near():
    error = unknown_name("split", "zzz", ["train", "test"])
    assert str(error) == "Unknown split. Received: 'zzz'. Known: 'test', 'train'."
    assert "(100 in all)" in str(unknown_name("set", "zzz", [f"a{index}" for index in range(100)]))


def test_binarised_pixels_are_drawn_by_their_grey_value():
    images = np.full((200, 8, 8, 1), 0.3, "float32")
    train = ImageBatches(images, batch_size=50, binarise=True)
    first, again = train[0], train[0]
    np.testing.assert_array_equal(first, again)
    assert set(np.unique(first)) == {0.0, 1.0}
    assert first.mean() == pytest.approx(0.3, abs=0.03)
    train.epoch = 1
    assert (train.images() != np.concatenate([train[i] for i in range(4)])).any()
    held_out = ImageBatches(images, batch_size=50, binarise=True, shuffle=False)
    before = held_out[1]
    held_out.epoch = 1
    np.testing.assert_array_equal(held_out[1], before)
    np.testing.assert_array_equal(held_out.images()[50:100], before)
    np.testing.assert_array_equal(held_out.images(slice(50, 100)), before)


def test_weighted_batches():
    batches = ImageBatches(numbered(10), batch_size=5)
    batches.weights = np.array([0.5, 0.5] + [0.0] * 8)
    assert set(indices_of(batches[0]) + indices_of(batches[1])) <= {0, 1}
    batches.weights = None
    assert sorted(indices_of(batches[0]) + indices_of(batches[1])) == list(range(10))
    for wrong in (np.ones(10), np.full(5, 0.2), np.full(10, np.nan)):
        with pytest.raises(ValueError, match="numbers from 0 that sum to 1"):
            batches.weights = wrong


def test_face_crops_are_views_of_the_portraits_and_as_many_others():
    faces = load("face_crops", "test[:20]", labels=True, shuffle=False, drop_remainder=False)
    images = faces.images()
    assert images.shape == (2 * 3 * 20, 64, 64, 3)
    assert faces.labels.tolist() == [1] * 60 + [0] * 60
    np.testing.assert_array_equal(images, load("face_crops", "test[:20]", batch_size=20).images())
    portraits = load("portraits", "test[:20]", batch_size=20).images()
    nearest = [np.square(portraits - view).mean(axis=(1, 2, 3)).argmin() for view in images[:60]]
    assert np.mean(nearest == np.tile(np.arange(20), 3)) > 0.7  # a view lies nearest to its own portrait


def test_a_view_is_turned_moved_and_enlarged_about_the_middle():
    square = np.zeros((48, 48, 3), "uint8")
    square[22:26, 22:26] = 255  # the middle of the picture in its padding
    padded = Image.fromarray(square)

    def centre(**kwargs):
        view = face_crops._view(padded, **{"right": 0.0, "down": 0.0, "degrees": 0.0, "zoom": 1.0, **kwargs})[..., 0] / 255
        rows, columns = np.indices(view.shape) + 0.5
        return view.sum(), (columns * view).sum() / view.sum(), (rows * view).sum() / view.sum()

    np.testing.assert_allclose(centre(), (16, 8, 8), atol=1e-6)
    np.testing.assert_allclose(centre(right=0.25, down=-0.125), (16, 4, 10), atol=1e-6)
    np.testing.assert_allclose(centre(zoom=2.0), (64, 8, 8), atol=2.0)
    np.testing.assert_allclose(centre(degrees=90.0, right=0.25), (16, 4, 8), atol=1e-6)


def test_flowers_stand_among_the_crops(tmp_path, monkeypatch):
    folder = tmp_path / "tf_flowers" / "roses"
    folder.mkdir(parents=True)
    for index in range(40):
        Image.fromarray(np.full((64, 64, 3), [index, 0, 200], "uint8")).save(folder / f"{index:02}.png")
    monkeypatch.chdir(tmp_path)
    images = load("face_crops_and_flowers", "train[:10]+test[:10]", shuffle=False, drop_remainder=False).images()
    negatives = images[60:].reshape(3, 20, 64, 64, 3)
    flat = np.ptp(negatives, axis=(2, 3)).max(axis=-1) == 0
    assert flat.sum() == 3 * 20 // 5
    flowers = np.round(255 * negatives[flat][:, 0, 0]).astype(int)
    assert (flowers[:, 2] == 200).all()
    assert len({tuple(flower) for flower in flowers}) == len(flowers)

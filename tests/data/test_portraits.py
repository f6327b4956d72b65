"""The embedded portraits, the records that they lie in, and crops of them."""

import shutil

import numpy as np
import pytest
from helpers import ANY_BACKEND
from PIL import Image

from kerasgen.data import face_crops, load
from kerasgen.data.portraits import FOLDER
from kerasgen.data.tfrecord import parse_example, read_records

pytestmark = ANY_BACKEND


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
        ("tone", ["color", "monochrome"]),
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


@pytest.mark.parametrize("damage", ["a bit", "missing"])
def test_altered_portraits_are_refused(tmp_path, monkeypatch, damage):
    shutil.copytree(FOLDER, tmp_path / "portraits")
    monkeypatch.setattr("kerasgen.data.portraits.FOLDER", tmp_path / "portraits")
    path = tmp_path / "portraits" / "portraits-test.tfrecord-00000-of-00001"
    content = bytearray(path.read_bytes())
    content[5000] ^= 1
    path.unlink()
    if damage == "a bit":
        path.write_bytes(content)
    with pytest.raises(ValueError, match="must have the sha256 95f1bd.*Received: .*portraits-test"):
        load("portraits", "test")


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


def test_unknown_portrait_label():
    with pytest.raises(ValueError, match="Unknown label. Received: 'gendre'. Did you mean 'gender'"):
        load("portraits", labels="gendre")


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
    square[22:26, 22:26] = 255  # the middle of the image in its padding
    padded = Image.fromarray(square)

    def center(**kwargs):
        view = face_crops._view(padded, **{"right": 0.0, "down": 0.0, "degrees": 0.0, "zoom": 1.0, **kwargs})[..., 0] / 255
        rows, columns = np.indices(view.shape) + 0.5
        return view.sum(), (columns * view).sum() / view.sum(), (rows * view).sum() / view.sum()

    np.testing.assert_allclose(center(), (16, 8, 8), atol=1e-6)
    np.testing.assert_allclose(center(right=0.25, down=-0.125), (16, 4, 10), atol=1e-6)
    np.testing.assert_allclose(center(zoom=2.0), (64, 8, 8), atol=2.0)
    np.testing.assert_allclose(center(degrees=90.0, right=0.25), (16, 4, 8), atol=1e-6)


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

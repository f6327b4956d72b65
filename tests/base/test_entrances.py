"""One check and one conversion of the data at every entrance, for every kind of data."""

import keras
import numpy as np
import pytest
from helpers import EAGER, assert_equal_states, state
from keras import ops
from tiny import TINY

from kerasgen import data
from kerasgen.models import VAE, Autoencoder

# Keras's word on generators without `steps_per_epoch`.
pytestmark = pytest.mark.filterwarnings("ignore:Your input ran out of data")

SHAPE = (6, 5, 1)
X = np.random.default_rng(0).random((8, *SHAPE), "float32")
BYTES = np.rint(X * 255).astype("uint8")
LABELS = np.arange(8) % 2


class Batches(keras.utils.PyDataset):
    def __init__(self, parts, workers=1):
        super().__init__(workers=workers)
        self.parts = parts

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return tuple(part[4 * index : 4 * index + 4] for part in self.parts)


def loader(parts):
    torch = pytest.importorskip("torch")
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*map(torch.from_numpy, parts)), batch_size=4)


def graph(parts):
    tf = pytest.importorskip("tensorflow")
    return tf.data.Dataset.from_tensor_slices(parts if len(parts) > 1 else parts[0]).batch(4)


def generator(parts):
    return (tuple(part[start : start + 4] for part in parts) for start in (0, 4))


KINDS = {
    "array": lambda parts: parts[0],
    "tensor": lambda parts: ops.convert_to_tensor(parts[0]),
    "tf.data": graph,
    "PyDataset": Batches,
    "threads": lambda parts: Batches(parts, workers=2),
    "DataLoader": loader,
    "generator": generator,
}
of_every_kind = pytest.mark.parametrize("kind", KINDS)


def autoencoder(cls=Autoencoder, **options):
    keras.utils.set_random_seed(0)
    model = cls(SHAPE, latent_dim=3, network="dense", hidden=(8,), **options)
    model.compile(keras.optimizers.SGD(0.1), **EAGER)
    return model


def fit(model, x, y=None, **options):
    return model.fit(x, y, batch_size=4, shuffle=False, verbose=0, **options).history["loss"]


@of_every_kind
def test_values_out_of_range_are_refused_before_the_first_step(kind):
    model, make = autoencoder(), KINDS[kind]
    before = state(model)
    for wrong in (255 * X, 2 * X - 1, np.where(X > 0.99, np.nan, X), X[:, :4], X[..., 0]):
        calls = [lambda d: fit(model, d), lambda d: model.evaluate(d, verbose=0), lambda d: model.predict(d, verbose=0)]
        if kind != "generator":
            calls.append(lambda d: fit(model, make((X,)), epochs=1, validation_data=d))
        for call in calls[:3]:
            with pytest.raises(ValueError, match="`images` must .*Received|Float `images` must lie"):
                call(make((wrong,)))
            assert_equal_states(before, state(model))
        for call in calls[3:]:
            with pytest.raises(ValueError, match="`images` must .*Received|Float `images` must lie"):
                call(make((wrong,)))
        model = autoencoder()


@of_every_kind
def test_a_wrong_batch_later_on_is_refused_too(kind):
    late = np.concatenate([X[:4], 255 * X[4:]])
    with pytest.raises(ValueError, match=r"lie in \[0, 1\]"):
        fit(autoencoder(), KINDS[kind]((late,)))


@of_every_kind
def test_bytes_train_score_and_predict_as_the_images_they_stand_for(kind):
    make, floats = KINDS[kind], (BYTES / 255.0).astype("float32")
    losses, scores, outputs = [], [], []
    for images in (floats, BYTES):
        model = autoencoder()
        losses.append(fit(model, make((images,)), validation_data=None if kind == "generator" else make((images,))))
        scores.append(model.evaluate(make((images,)), batch_size=4, verbose=0))
        outputs.append(model.predict(make((images,)), batch_size=4, verbose=0))
    for floating, byte in (losses, scores, outputs):
        np.testing.assert_allclose(byte, floating, rtol=1e-5, atol=1e-6)


def test_single_batches_are_checked_and_scaled():
    model, twin = autoencoder(), autoencoder()
    floats = (BYTES / 255.0).astype("float32")
    for name in ("test_on_batch", "train_on_batch", "predict_on_batch"):
        expected, found = getattr(model, name)(floats), getattr(twin, name)(BYTES)
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
        for wrong in (255 * X, X[:, :4], X - 1):
            with pytest.raises(ValueError, match="Received"):
                getattr(model, name)(wrong)
    np.testing.assert_allclose(ops.convert_to_numpy(model(BYTES)), ops.convert_to_numpy(model(floats)), atol=1e-6)


@of_every_kind
def test_labels_out_of_range_and_fractions_are_refused(kind):
    model = TINY["conditional_gan"]()
    model.compile(**EAGER)
    images = np.zeros((8, 8, 8, 1), "float32")
    before = state(model)
    for labels, message in ((LABELS + 1, "from 0 to 1. Received: 1 to 2"), (LABELS + 0.5, "whole numbers. Received: 0.5")):
        x = KINDS[kind]((images, labels))
        with pytest.raises(ValueError, match=message):
            fit(model, x, labels if kind in ("array", "tensor") else None)
    assert_equal_states(before, state(model))


def test_labels_of_any_form_train_alike():
    images = np.random.default_rng(1).random((8, 8, 8, 1), "float32")
    forms = LABELS, LABELS[:, None], LABELS.astype("float64"), np.eye(2, dtype="float32")[LABELS], LABELS.astype(bool)
    losses = []
    for labels in forms:
        keras.utils.set_random_seed(0)
        model = TINY["classifier"]()
        model.compile(**EAGER)
        losses.append(fit(model, images, labels))
    assert losses == [losses[0]] * len(forms)


@of_every_kind
def test_an_autoencoder_is_trained_towards_targets(kind):
    clean, noisy = X, np.clip(X + 0.1, 0, 1)
    losses = {}
    for name, targets in (("none", None), ("same", noisy), ("clean", clean), ("labels", LABELS)):
        parts = (noisy,) if targets is None else (noisy, targets)
        losses[name] = fit(autoencoder(), KINDS[kind](parts), targets if kind in ("array", "tensor") else None)
    assert losses["none"] == losses["same"] == losses["labels"] != losses["clean"]


def test_a_vae_is_trained_towards_targets():
    losses = {}
    for name, targets in (("none", None), ("same", X), ("labels", LABELS), ("black", 0 * X)):
        losses[name] = fit(autoencoder(VAE), X, targets)
    assert losses["none"] == losses["same"] == losses["labels"] != losses["black"]
    model = TINY["vae_gan"](pixel_weight=1.0)
    model.compile(**EAGER)
    images = np.random.default_rng(0).random((4, *model.image_shape), "float32")
    weights, found = model.get_weights(), []
    for targets in (None, images, 0 * images):
        model.set_weights(weights)
        model.seed_generator.state.assign(0 * model.seed_generator.state)
        found.append(model.test_on_batch(images, targets, return_dict=True))
    assert found[0] == found[1]
    assert all(found[0][name] != found[2][name] for name in ("reconstruction", "features", "discriminator"))


def test_weights_are_refused_by_name():
    model = autoencoder()
    calls = [
        lambda: model.fit(X, class_weight={0: 1.0}),
        lambda: model.fit(X, sample_weight=np.ones(8)),
        lambda: model.evaluate(X, sample_weight=np.ones(8)),
        lambda: model.train_on_batch(X, sample_weight=np.ones(8)),
        lambda: model.test_on_batch(X, sample_weight=np.ones(8)),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="no weights of classes or samples.*Received: (class|sample)_weight"):
            call()
    with pytest.raises(ValueError, match="no weights.* Received: data of three parts"):
        model.fit(generator((X, X, LABELS)), verbose=0)
    with pytest.raises(ValueError, match="without weights. Received: 3 parts"):
        model.fit(X, validation_data=(X, X, LABELS), verbose=0)


def test_the_last_batch_of_a_stream_may_have_fewer_images_than_steps():
    model = TINY["gan"]()  # two steps of the discriminator
    model.compile(**EAGER)
    batches = [X[:4], X[4:5]]
    model.fit(((batch,) for batch in batches), verbose=0)
    assert all(np.isfinite(values).all() for values in state(model))
    with pytest.raises(ValueError, match="at least 2 images.* Received: a batch of 1"):
        model.fit(((batch,) for batch in batches[::-1]), verbose=0)
    with pytest.raises(ValueError, match="at least 2 images.* Received: a batch of 1"):
        model.fit(data.load(X[:5], batch_size=2, drop_remainder=False), verbose=0)


def test_batches_have_the_size_that_keras_gives_them():
    model = TINY["gan"]()  # two steps of the discriminator
    model.compile(**EAGER)
    for options in ({"batch_size": 4, "validation_split": 0.375}, {"steps_per_epoch": 8}):  # 4 + 1 images, and 8 times 1
        with pytest.raises(ValueError, match="at least 2 images.* Received: a batch of 1"):
            model.fit(X, verbose=0, **options)
    history = model.fit(X, batch_size=4, validation_split=0.25, verbose=0).history
    assert np.isfinite(list(history.values())).all() and "val_loss" in history
    model.fit(X, steps_per_epoch=4, verbose=0)
    assert model.steps == 2 + 4


def test_a_share_for_validation_is_the_end_of_arrays():
    losses = fit(autoencoder(), X[:6], validation_data=(X[6:],)), fit(autoencoder(), X, validation_split=0.25)
    assert losses[0] == losses[1]
    with pytest.raises(ValueError, match="images on both sides. Received: 1.0, of 8 images"):
        fit(autoencoder(), X, validation_split=1.0)
    with pytest.raises(ValueError, match="divides arrays.* Received: Batches"):
        fit(autoencoder(), Batches((X,)), validation_split=0.5)


@pytest.mark.parametrize("call", ["fit", "evaluate", "predict"])
def test_streams_that_could_not_be_checked_are_refused_by_name(call):
    with pytest.raises(ValueError, match="Batches must come from .*Received: builtins.list_iterator"):
        getattr(autoencoder(), call)(iter([X]))


@pytest.mark.backend("tensorflow")
def test_data_that_a_strategy_has_distributed_are_refused_by_name():
    import tensorflow as tf

    distributed = tf.distribute.MirroredStrategy(["CPU:0"]).experimental_distribute_dataset(graph((X,)))
    with pytest.raises(ValueError, match="Batches must come from .*Received: .*DistributedDataset"):
        autoencoder().fit(distributed)


@pytest.mark.backend("tensorflow")
def test_shapes_that_a_dataset_does_not_tell():
    import tensorflow as tf

    def opened(image):
        return tf.ensure_shape(tf.numpy_function(lambda a: a, [image], tf.float32), (6, 5, None))

    unknown = tf.data.Dataset.from_generator(lambda: iter(X), output_types=tf.float32).batch(4)
    for dataset in (unknown, tf.data.Dataset.from_tensor_slices(X).map(opened).batch(4)):
        model = autoencoder()
        model.compile(keras.optimizers.SGD(0.1))  # with a graph, which needs the shapes
        np.testing.assert_allclose(fit(model, dataset), fit(autoencoder(), X), rtol=1e-5)


def test_batches_that_are_dicts_are_refused():
    with pytest.raises(ValueError, match=r"or a tuple of images.*Received: a dict of \['image'\]"):
        autoencoder().fit(({"image": batch} for (batch,) in generator((X,))), verbose=0)


def test_one_callback_needs_no_list():
    ends = []
    ending = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ends.append(epoch))
    fit(autoencoder(), X, callbacks=ending)
    assert ends == [0]


def test_codes_are_checked_by_predict():
    model = TINY["dcgan"]()
    assert model.predict(np.zeros((2, 3), "float32"), verbose=0).shape == (2, 28, 28, 1)
    with pytest.raises(ValueError, match="finite"):
        model.predict(np.full((2, 3), np.nan, "float32"), verbose=0)

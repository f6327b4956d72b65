"""What every model keeps: the table of tiny models times the promises."""

import keras
import numpy as np
import pytest
from helpers import ANY_BACKEND, EAGER, assert_equal_states, state, to_numpy
from tiny import DECODERS, TINY

import kerasgen
from kerasgen.base.model import GenerativeModel
from kerasgen.data import ImageDataset, PairedDataset, UnpairedDataset
from kerasgen.models import ConditionalGAN
from kerasgen.models.translation_base import BaseTranslator


@pytest.fixture(params=TINY)
def make(request):
    return TINY[request.param]


def targets_of(model, n):
    """What a model learns beside images: labels, or a translator's other images."""
    if isinstance(model, BaseTranslator):
        return np.random.default_rng(1).random((n, *model.image_shape), dtype=np.float32)
    return np.arange(n) % 2 if model.requires_labels else None


def wanted(model):
    """Labels for whatever number of images, where the model wants them."""
    return {"labels": 1} if model.num_classes else {}


def batches(model, images, batch_size=8):
    kind = ImageDataset
    if isinstance(model, BaseTranslator):
        kind = PairedDataset if model.paired else UnpairedDataset
    return kind(images, targets_of(model, 8 if kind is UnpairedDataset else len(images)), batch_size=batch_size, mirror=True)


def fit(model, images, epochs=1, initial_epoch=0, callbacks=()):
    return model.fit(batches(model, images), epochs=epochs, initial_epoch=initial_epoch, verbose=0, callbacks=list(callbacks))


@ANY_BACKEND
def test_config_round_trip(make):
    model = make(seed=7)
    twin = type(model).from_config(model.get_config())
    assert twin.get_config() == model.get_config()
    assert twin.seed == 7
    assert [v.shape for v in twin.variables] == [v.shape for v in model.variables]


@pytest.mark.parametrize(
    "name",
    [name if name in ("factor_vae", "wgan_gp", "pix2pix") else pytest.param(name, marks=ANY_BACKEND) for name in TINY],
)
def test_a_step_moves_exactly_the_networks_of_its_phase(name, images_of):
    model = TINY[name]()
    model.compile(**EAGER, **{phase.name: keras.optimizers.SGD(0.1) for phase in model.phases})
    for moving in model.phases:
        for phase in model.phases:
            model.phase_optimizer(phase).learning_rate = 0.1 if phase is moving else 0.0
        before = {p.name: [to_numpy(v) for v in p.variables] for p in model.phases}
        model.train_on_batch(images_of(model, 8), targets_of(model, 8))
        for phase in model.phases:
            pairs = [(a, to_numpy(v)) for a, v in zip(before[phase.name], phase.variables, strict=True)]
            if phase is moving:
                # Not all: of a difference of logits a bias has no gradient, nor has what feeds a layer that starts at zero.
                assert np.mean([not np.array_equal(a, b) for a, b in pairs]) > 0.6
            else:  # Keras's MaxNorm multiplies by 1 / (1 + 1e-7 / norm) at every step
                assert all(np.allclose(a, b, 1e-4, 1e-9) for a, b in pairs), phase.name


@pytest.mark.parametrize(
    "name, dtype",
    [
        *((name, "float32") for name in TINY),
        *((name, "mixed_bfloat16") for name in ("vae", "wgan_gp", "style_gan2")),
    ],
)
def test_training_and_evaluation_are_finite_and_track_the_same_terms(name, images_of, dtype):
    model = TINY[name](dtype=dtype)
    model.compile()
    images = images_of(model)
    labels = targets_of(model, len(images))
    history = model.fit(images, labels, batch_size=8, epochs=2, verbose=0, validation_data=(images, labels)).history
    terms = [term for phase in model.phases for term in phase.terms]
    tracked = [*terms, *(monitor for phase in model.phases for monitor in phase.monitors)]
    assert set(history) == {"loss", *tracked, "val_loss", *(f"val_{name}" for name in tracked)}
    assert np.all(np.isfinite(list(history.values())))
    assert all(variable.dtype == "float32" for variable in model.trainable_variables)
    sums = np.sum([history[term] for term in terms], axis=0)
    np.testing.assert_allclose(history["loss"], sums, rtol=1e-5)


def test_saved_loaded_and_resumed_equals_uninterrupted(make, tmp_path, images_of):
    straight = make()
    straight.compile(**EAGER)
    images = images_of(straight)
    fit(straight, images)
    straight.save(tmp_path / "half.keras")
    resumed = keras.models.load_model(tmp_path / "half.keras")
    for model in (straight, resumed):
        fit(model, images, epochs=2, initial_epoch=1)
    assert int(resumed.optimizer.iterations) == 4
    assert_equal_states(state(straight), state(resumed))


@pytest.mark.parametrize("name", ["factor_vae", "wgan_gp"])
def test_backup_and_restore_equals_uninterrupted(name, tmp_path, images_of):
    make = TINY[name]
    straight, interrupted, again = make(), make(), make()
    for model in (straight, interrupted, again):
        model.compile()
    straight.save_weights(tmp_path / "start.weights.h5")
    interrupted.load_weights(tmp_path / "start.weights.h5")
    images = images_of(straight)
    fit(straight, images, epochs=2)

    class Stop(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if int(self.params["epochs"]) == 2 and self.seen == 3:
                raise KeyboardInterrupt
            self.seen += 1

        seen = 0

    def backup():
        return keras.callbacks.BackupAndRestore(tmp_path / "backup")

    with pytest.raises(KeyboardInterrupt):
        fit(interrupted, images, epochs=2, callbacks=[backup(), Stop()])
    fit(again, images, epochs=2, callbacks=[backup()])
    assert_equal_states(state(straight), state(again))


@pytest.mark.parametrize("name", ["vae_dense", "dcgan"])
def test_compiled_and_stepped_training_is_the_same_training(name, images_of, monkeypatch):
    make = TINY[name]
    # XLA draws from another algorithm than TensorFlow without it: the same noise can only be none.
    monkeypatch.setattr(GenerativeModel, "normal", lambda self, *shape: keras.ops.zeros(shape))
    eager = keras.backend.backend() == "torch"  # it refuses steps_per_execution
    options = {"run_eagerly": True} if eager else {"jit_compile": True, "steps_per_execution": 2}
    results = []
    for option in ({"jit_compile": False}, options):
        keras.utils.set_random_seed(3)
        model = make()
        # SGD's steps are proportional to the gradients; Adam's first ones are signs, which rounding may turn.
        model.compile(**option, **{phase.name: keras.optimizers.SGD(1e-3) for phase in model.phases})
        model.fit(images_of(model), targets_of(model, 16), batch_size=8, epochs=1, verbose=0, shuffle=False)
        results.append([to_numpy(v) for v in model.trainable_variables])
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", DECODERS)
def test_samples(name):
    model = TINY[name]()
    if not hasattr(model, "sample"):
        assert model.decode(np.zeros((2, 3), "float32")).shape == (2, *model.image_shape)
        return
    options = wanted(model)
    images = model.sample(5, seed=3, **options)
    assert images.shape == (5, *model.image_shape)
    assert images.dtype == np.float32
    assert images.min() >= 0.0 and images.max() <= 1.0
    np.testing.assert_array_equal(images, model.sample(5, seed=3, **options))
    assert np.abs(images - model.sample(5, seed=4, **options)).max() > 1e-6
    # Batches of other sizes go through other kernels: to the rounding that an exported file is allowed too.
    np.testing.assert_allclose(images, model.sample(5, seed=3, batch_size=2, **options), atol=1e-5)
    codes = np.random.default_rng(3).standard_normal((5, 3), "float32")
    np.testing.assert_allclose(images[:2], model.decode(codes[:2], **options), atol=1e-5)


@pytest.mark.parametrize("name", ["vae", "vae_gaussian"])
def test_reconstructions(name, images_of):
    model = TINY[name]()
    images = np.rint(images_of(model, 5) * 255).astype("uint8")
    codes = model.encode(images)
    assert codes.shape == (5, 3)
    np.testing.assert_allclose(codes, model.encode(images.astype("float32") / 255), atol=1e-6)
    np.testing.assert_allclose(model.reconstruct(images), model.decode(codes), atol=1e-6)
    with pytest.raises(ValueError, match="Received"):
        model.encode(images[:, :4])


@pytest.mark.parametrize("projection", [True, False])
def test_labels_reach_both_networks_of_a_conditional_gan(projection, images_of):
    model = TINY["conditional_gan"](projection=projection)
    images, codes = images_of(model, 4), np.random.default_rng(0).standard_normal((4, 3), "float32")
    for network, given in ((model.discriminator, images), (model.generator, codes)):
        first, second = (keras.ops.convert_to_numpy(network([given, np.full(4, label, "float32")])) for label in (0, 1))
        assert np.abs(first - second).max() > 1e-4
    if not projection:  # the table trains the other
        model.compile(**EAGER)
        history = model.fit(images, np.array([0, 1, 1, 0]), batch_size=2, verbose=0).history
        assert np.isfinite(list(history.values())).all()


@ANY_BACKEND
def test_a_model_is_built_anew_however_many_there_were():
    for _ in range(3):  # Keras counts the layers that have no name
        ConditionalGAN((16, 16, 1), latent_dim=3, channels=2, num_classes=2)


@pytest.mark.parametrize("network", ["conv", "residual"])
def test_classifier_tells_classes_apart(network):
    images = np.random.default_rng(0).random((64, 8, 8, 1), dtype="float32") * 0.2
    labels = np.arange(64) % 2
    images[labels == 1, 2:6, 2:6] += 0.8
    model = TINY["classifier"](dropout=0.0, network=network)
    model.compile(keras.optimizers.Adam(0.02), **EAGER)
    history = model.fit(images, labels, batch_size=16, epochs=10, verbose=0).history
    assert history["accuracy"][-1] > 0.95
    probabilities = model.classify(images)
    assert probabilities.shape == (64, 2)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-6)
    assert np.mean(probabilities.argmax(axis=1) == labels) > 0.95
    assert model.extract(np.rint(images * 255).astype("uint8")).shape == (64, 6)
    with pytest.raises(ValueError, match="Received"):
        model.classify(images[:, :4])


@ANY_BACKEND
def test_preset_round_trip(make, tmp_path, images_of):
    model = make()
    model.compile()
    images = images_of(model)
    fit(model, images)
    path = model.save_to_preset(tmp_path / "mine")
    loaded = kerasgen.load(path)
    z = np.random.default_rng(0).standard_normal((4, 3), dtype="float32")
    if hasattr(model, "decode"):
        np.testing.assert_array_equal(loaded.decode(z, **wanted(model)), model.decode(z, **wanted(model)))
    for method in ("extract", "translate"):
        if hasattr(model, method):
            np.testing.assert_array_equal(getattr(loaded, method)(images), getattr(model, method)(images))
    assert loaded.card.weights.bytes == path.with_name("mine.weights.h5").stat().st_size
    with pytest.raises(ValueError, match="overwrite=True. Received: .*mine.json"):
        model.save_to_preset(tmp_path / "mine")

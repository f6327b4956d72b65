"""The training contract, against closed forms."""

import keras
import numpy as np
import pytest
from helpers import to_numpy
from keras import ops
from tiny import TINY

import kerasgen
from kerasgen import backend
from kerasgen.base.checks import TrainingData
from kerasgen.base.model import GenerativeModel
from kerasgen.base.phase import Phase
from kerasgen.models import GAN, R3GAN


def sgd(rate=1.0):
    return keras.optimizers.SGD(rate)


def weight(name):
    """A network that is one number: y = w x."""
    with keras.name_scope(name):
        inputs = keras.Input((1,))
        outputs = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones", name="dense")(inputs)
        return keras.Model(inputs, outputs, name=name)


class Numbers(TrainingData):
    """No images: nothing is checked."""

    def check(self, data, least=1):
        pass


@keras.saving.register_keras_serializable("tests")
class TwoNumbers(GenerativeModel):
    """Phase `first` moves a by the mean of its part of the batch, phase `second` b by that of a times x."""

    image_shape: tuple[int] = (1,)
    repeat: int = 1

    @property
    def training_data(self):
        return Numbers(self.image_shape, labels=0)

    def build_networks(self):
        self.a, self.b = weight("a"), weight("b")

    def make_phases(self):
        return (
            Phase("first", (self.a,), self.first, ("one",), repeat=self.repeat),
            Phase("second", (self.b,), self.second, ("two", "three")),
        )

    def default_optimizers(self):
        return {"first": sgd(), "second": sgd()}

    def first(self, batch, training):
        return {"one": ops.mean(self.a(batch[0]))}

    def second(self, batch, training):
        return {"two": ops.mean(self.b(batch[0])), "three": 0.5 * ops.mean(self.a(batch[0]))}


def fit(model, x, **options):
    return model.fit(keras.ops.convert_to_tensor(x), batch_size=len(x), shuffle=False, verbose=0, **options)


def test_repeated_phase_takes_a_fresh_minibatch_each_time():
    model = TwoNumbers(repeat=2)
    model.compile()
    x = np.array([[1.0], [1.0], [10.0], [10.0]], "float32")
    fit(model, x)
    # d/da mean(a x) = mean(x): 1 on the first part, 10 on the second; the second phase sees the first part.
    assert to_numpy(model.a.weights[0]) == pytest.approx(1.0 - 1.0 - 10.0)
    assert to_numpy(model.b.weights[0]) == pytest.approx(1.0 - 1.0)
    assert [int(o.iterations) for o in model.optimizer.optimizers] == [2, 1]
    assert int(model.optimizer.iterations) == 1


def test_algorithm_1_takes_k_steps_each_on_its_own_images(monkeypatch):
    seen = []

    def spied(name):
        terms = getattr(GAN, name)

        def record(self, batch, training):
            seen.append((name, ops.convert_to_numpy(batch[0])[:, 0, 0, 0].round(1).tolist()))
            return terms(self, batch, training)

        return record

    for name in ("discriminator_terms", "generator_terms"):
        monkeypatch.setattr(GAN, name, spied(name))
    model = GAN((6, 5, 1), latent_dim=3, hidden=(8,), maxout=((6, 2),), discriminator_steps=5)
    model.compile(run_eagerly=True)
    images = np.repeat(np.arange(10, dtype="float32") / 10, 30).reshape(10, 6, 5, 1)
    model.fit(images, batch_size=10, shuffle=False, verbose=0)
    assert [name for name, _ in seen] == ["discriminator_terms"] * 5 + ["generator_terms"]
    np.testing.assert_allclose(
        [values for _, values in seen], [[0.0, 0.1], [0.2, 0.3], [0.4, 0.5], [0.6, 0.7], [0.8, 0.9], [0.0, 0.1]], atol=1e-6
    )
    assert [int(optimizer.iterations) for optimizer in model.optimizer.optimizers] == [5, 1]


@pytest.mark.parametrize("told", ["auto", False])
def test_a_saved_model_keeps_what_compile_was_told_for_another_backend(told, tmp_path):
    model = TINY["vae_dense"]()
    model.compile(jit_compile=told)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.get_compile_config()["jit_compile"] == told
    assert loaded.jit_compile == (keras.backend.backend() == "jax" and told == "auto")


def test_lazy_penalties_are_not_compiled_where_the_compiler_cannot_differentiate_them(monkeypatch):
    monkeypatch.setattr(keras.Model, "_resolve_auto_jit_compile", lambda self: True)  # as on a GPU
    for every in (1, 2):
        model = R3GAN((8, 8, 1), latent_dim=3, channels=4, penalty_interval=every)
        model.compile()
        assert model.jit_compile == (every == 1 or backend.COMPILES_BRANCHES)


@pytest.mark.backend("tensorflow")
def test_lazy_penalties_train_on_tensorflow_as_compiled_by_default(monkeypatch):
    monkeypatch.setattr(keras.Model, "_resolve_auto_jit_compile", lambda self: True)  # as on a GPU
    model = R3GAN((8, 8, 1), latent_dim=3, channels=4, penalty_interval=2)
    model.compile()
    # 5 images in batches of 2: TensorFlow does not know the size of a batch beforehand
    history = model.fit(np.full((5, 8, 8, 1), 0.5, "float32"), batch_size=2, verbose=0).history
    assert np.isfinite(history["loss"]).all()


@pytest.mark.backend("tensorflow")
def test_steps_that_run_eagerly_are_not_compiled():
    model = TINY["vae_dense"]()
    model.compile(run_eagerly=True)
    assert not model.jit_compile


@pytest.mark.backend("tensorflow")
@pytest.mark.parametrize("name", ["vae", "dcgan"])
def test_a_model_trains_through_xla(name, images_of):
    model = TINY[name]()
    model.compile(jit_compile=True)
    assert np.isfinite(model.fit(images_of(model, 4), batch_size=2, verbose=0).history["loss"]).all()


@pytest.mark.backend("torch")
def test_steps_of_adam_are_keras_own():
    model, twin = TINY["vae"](), TINY["vae"]()
    twin.set_weights(model.get_weights())
    options = {"weight_decay": 0.01, "use_ema": True, "epsilon": 1e-3, "clipnorm": 1.0}
    model.compile(keras.optimizers.AdamW(1e-2, **options))
    own = keras.optimizers.AdamW(1e-2, **options)
    rng, (phase,) = np.random.default_rng(0), twin.phases
    for _ in range(3):
        slopes = [ops.convert_to_tensor(rng.standard_normal(v.shape, dtype="float32")) for v in phase.variables]

        def linear(network):
            total = sum(ops.sum(slope * v) for slope, v in zip(slopes, network.phases[0].variables, strict=True))
            return {"reconstruction": total, "kl": 0.0 * total}

        (ours,) = model.phases
        backend.minimize(lambda: linear(model), ours.total, ours.variables, model.phase_optimizer(ours), model)
        own.apply(slopes, phase.variables)
    for ours, theirs in zip(model.phases[0].variables, phase.variables, strict=True):
        np.testing.assert_allclose(to_numpy(ours), to_numpy(theirs), rtol=1e-4, atol=1e-6)


def test_batch_smaller_than_repeat():
    model = TINY["wgan_gp"]()
    model.compile()
    images = np.zeros((5, *model.image_shape), "float32")
    with pytest.raises(ValueError, match="at least 2 images.* Received: a batch of 1"):
        model.fit(images, batch_size=4, verbose=0)


def test_logs_are_means_over_the_images():
    model = TwoNumbers()
    model.compile(first=sgd(0.0), second=sgd(0.0))
    x = np.array([[1.0], [2.0], [6.0]], "float32")
    history = model.fit(ops.convert_to_tensor(x), batch_size=2, verbose=0, epochs=2).history
    for epoch in range(2):  # the first too: JAX loses it where trackers are made late
        assert history["one"][epoch] == pytest.approx(3.0)
        assert history["loss"][epoch] == pytest.approx(3.0 + 3.0 + 1.5)


def test_moving_average_is_what_samples():
    model = TINY["dcgan"]()
    model.compile(generator=keras.optimizers.SGD(0.5, use_ema=True, ema_momentum=0.75))
    kernel = model.generator.get_layer("project").kernel
    images = np.random.default_rng(0).random((8, 28, 28, 1), dtype=np.float32)
    average = None
    for _ in range(3):
        model.fit(images, batch_size=8, verbose=0)
        value = to_numpy(kernel)
        average = value if average is None else 0.75 * average + 0.25 * value
    twin = model.ema_network(model.generator)
    np.testing.assert_allclose(to_numpy(twin.get_layer("project").kernel), average, rtol=1e-5, atol=1e-6)
    assert np.abs(average - to_numpy(kernel)).max() > 1e-5  # `fit` left the trained weights alone
    expected = twin.predict_on_batch(np.random.default_rng(5).standard_normal((2, 3), "float32"))
    np.testing.assert_allclose(model.sample(2, seed=5), expected, atol=1e-6)
    assert twin not in list(model._flatten_layers())


def test_gradient_to_the_input_is_differentiable():
    w = keras.Variable(3.0)

    def penalty(x):
        gradient = backend.gradient(lambda inputs: ops.sum(w * inputs**3, axis=-1), x)  # 3 w x^2
        return ops.mean(ops.sum(ops.square(gradient), axis=-1))  # 9 w^2 mean(sum x^4)

    x = np.array([[1.0, 2.0], [0.5, 1.0]], "float32")
    fourth = np.mean(np.sum(x**4, axis=-1))

    class Penalized(TwoNumbers):
        def first(self, batch, training):
            kernel = self.a.trainable_variables[0]
            gradient = backend.gradient(lambda inputs: ops.sum(kernel[0, 0] * inputs**3, axis=-1), batch[0])
            return {"one": ops.mean(ops.sum(ops.square(gradient), axis=-1))}

        def second(self, batch, training):
            value = ops.sum(self.b.trainable_variables[0])
            return {"two": 0.0 * value, "three": 0.0 * value}

    assert float(ops.stop_gradient(penalty(ops.convert_to_tensor(x)))) == pytest.approx(9 * 9 * fourth, rel=1e-5)
    model = Penalized()
    model.compile(first=sgd(0.001))
    fit(model, x)
    assert float(to_numpy(model.a.weights[0])[0, 0]) == pytest.approx(1.0 - 0.001 * 18 * fourth, rel=1e-4)


def test_compile_takes_phases_only():
    model = TINY["dcgan"]()
    with pytest.raises(ValueError, match=r"\['discriminator', 'generator'\]. Received: \['critic'\]"):
        model.compile(critic="adam")
    with pytest.raises(ValueError, match="Give each phase its optimizer"):
        model.compile("adam")
    for dtype in ("mixed_float16", "float16", "bfloat16"):
        with pytest.raises(ValueError, match=f"mixed_bfloat16. Received: dtype='{dtype}'"):
            TINY["vae"](dtype=dtype).compile()
    vae = TINY["vae"]()
    vae.compile("sgd")
    assert type(vae.phase_optimizer(vae.phases[0])).__name__ == "SGD"


def test_phases_share_the_settings_of_an_optimizer_and_nothing_else():
    model, momentum = TwoNumbers(), keras.optimizers.SGD(0.5, momentum=0.5)
    model.compile(first=momentum, second=momentum)
    for _ in range(2):
        fit(model, np.ones((2, 1), "float32"))
    # A gradient of 1, then one of 1 with half of the step before: 1 - 0.5 - (0.5 + 0.25).
    assert [float(to_numpy(network.weights[0])[0, 0]) for network in (model.a, model.b)] == pytest.approx([-0.25, -0.25])
    with pytest.raises(ValueError, match="belongs to a single phase. Received: one for several"):
        TwoNumbers().compile(first=momentum, second=momentum)


def test_labels_reach_the_loss():
    seen = []

    class Labeled(TwoNumbers):
        def first(self, batch, training):
            seen.append(len(batch))
            return {"one": ops.mean(self.a(batch[0]) * ops.cast(batch[1], "float32"))}

    model = Labeled()
    model.compile()
    x = np.ones((4, 1), "float32")
    model.fit(ops.convert_to_tensor(x), np.full((4, 1), 3), batch_size=4, verbose=0)
    assert set(seen) == {2}
    assert to_numpy(model.a.weights[0]) == pytest.approx(1.0 - 3.0)


@pytest.mark.backend("tensorflow")
def test_export_gives_a_verified_file(tmp_path):
    model = TINY["vae_dense"]()
    path = model.export(tmp_path / "decoder", format="onnx")
    assert path == tmp_path / "decoder.onnx"
    file = kerasgen.runtime.load(path)
    assert file.manifest.part == "decoder" and file.manifest.parity.max_abs_error <= 1e-5
    np.testing.assert_allclose(file.sample(2, seed=3), model.sample(2, seed=3), atol=1e-5)
    with pytest.raises(ValueError, match="overwrite=True"):
        model.export(path)


def test_a_model_that_is_not_compiled_is_saved_and_cloned(tmp_path):
    model = TINY["vae_dense"]()
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.sample(2, seed=0), model.sample(2, seed=0))
    assert not loaded.compiled and keras.models.clone_model(model).get_config() == model.get_config()


def test_validation_data_and_evaluation_are_checked_and_scaled_as_training_is():
    model = TINY["vae_dense"]()
    model.compile(jit_compile=False)
    images = np.random.default_rng(0).integers(0, 256, (4, 6, 5, 1), dtype="uint8")
    floats = (images / 255.0).astype("float32")
    for data in (images, (images,), (floats,)):
        history = model.fit(floats, validation_data=data, batch_size=4, epochs=1, verbose=0).history
        assert 0 < history["val_reconstruction"][0] < 100
    for wrong in (300.0 * floats, floats[:, :4]):
        with pytest.raises(ValueError, match="Received"):
            model.fit(floats, validation_data=(wrong,), verbose=0)
        with pytest.raises(ValueError, match="Received"):
            model.evaluate(wrong, verbose=0)

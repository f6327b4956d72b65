"""The learning rate of a model of several phases, by hand and by Keras's callbacks."""

import keras
import numpy as np
import pytest
from helpers import EAGER, assert_equal_states, state, to_numpy
from tiny import TINY

IMAGES = np.random.default_rng(0).random((8, 28, 28, 1), dtype="float32")


def two_rates():
    """A GAN whose discriminator learns four times as fast as its generator (Heusel et al. 2017)."""
    model = TINY["dcgan"]()
    model.compile(discriminator=keras.optimizers.Adam(4e-4), generator=keras.optimizers.Adam(1e-4), **EAGER)
    return model


def fit(model, *callbacks, **options):
    return model.fit(IMAGES, batch_size=8, verbose=0, shuffle=False, callbacks=list(callbacks), **options)


def rates(model):
    return [float(model.phase_optimizer(phase).learning_rate) for phase in model.phases]


def test_the_rate_is_the_first_phases_and_setting_it_keeps_the_ratio():
    model = two_rates()
    assert float(model.optimizer.learning_rate) == pytest.approx(4e-4)
    model.optimizer.learning_rate = 1e-3
    assert rates(model) == pytest.approx([1e-3, 2.5e-4])
    model.optimizer.learning_rate = np.float32(4e-4)
    assert rates(model) == pytest.approx([4e-4, 1e-4])


def test_a_set_rate_trains():
    first, second = two_rates(), two_rates()
    second.set_weights(first.get_weights())
    before = [to_numpy(v) for v in first.trainable_variables]
    second.optimizer.learning_rate = 8e-4
    moved = []
    for model in (first, second):
        fit(model)
        moved.append([np.abs(to_numpy(v) - w).max() for v, w in zip(model.trainable_variables, before, strict=True)])
    # The first step of Adam is the rate itself; the generator's follows on another discriminator.
    networks = len(first.discriminator.trainable_variables)
    np.testing.assert_allclose(np.array(moved[1][-networks:]), 2.0 * np.array(moved[0][-networks:]), rtol=0.05)


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan")])
def test_rates_that_lose_the_ratio_are_refused(value):
    model = two_rates()
    with pytest.raises(ValueError, match="must be positive"):
        model.optimizer.learning_rate = value
    assert rates(model) == pytest.approx([4e-4, 1e-4])


def test_schedules_are_refused():
    schedule = keras.optimizers.schedules.ExponentialDecay(1e-3, 10, 0.5)
    model = two_rates()
    with pytest.raises(TypeError, match="belongs to the optimizer of a phase"):
        model.optimizer.learning_rate = schedule
    model.compile(generator=keras.optimizers.SGD(schedule))
    assert float(model.optimizer.learning_rate) == pytest.approx(2e-4)  # the first phase's, of the paper
    with pytest.raises(TypeError, match=r"not a schedule. Received: schedules in the optimizers \['generator'\]"):
        model.optimizer.learning_rate = 1e-3
    assert rates(model) == pytest.approx([2e-4, 1e-3])


def test_learning_rate_scheduler_reaches_every_phase():
    model = two_rates()
    scheduler = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2 if epoch else rate)
    fit(model, scheduler, epochs=3)
    assert rates(model) == pytest.approx([1e-4, 2.5e-5])
    assert float(model.optimizer.learning_rate) == pytest.approx(1e-4)
    trained = [to_numpy(v) for v in model.trainable_variables]
    fit(model, keras.callbacks.LearningRateScheduler(lambda epoch, rate: 0.0))
    assert_equal_states(trained, [to_numpy(v) for v in model.trainable_variables])


def test_reduce_on_plateau_keeps_the_ratio():
    model = two_rates()
    plateau = keras.callbacks.ReduceLROnPlateau(monitor="loss", factor=0.1, patience=1, min_delta=1e9, mode="min")
    fit(model, plateau, epochs=3)  # a first epoch sets the best; none of the two others is better by so much
    assert rates(model) == pytest.approx([4e-6, 1e-6])


def test_a_callback_of_ones_own_sets_one_rate():
    model = two_rates()

    def warm_up(epoch, logs):
        model.optimizer.learning_rate = 4e-4 * (epoch + 1)

    fit(model, keras.callbacks.LambdaCallback(on_epoch_begin=warm_up), epochs=2)
    assert rates(model) == pytest.approx([8e-4, 2e-4])


def test_resumed_training_keeps_the_rate(tmp_path):
    halve = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    straight, interrupted = two_rates(), two_rates()
    straight.save_weights(tmp_path / "start.weights.h5")
    interrupted.load_weights(tmp_path / "start.weights.h5")
    fit(straight, halve, epochs=3)
    fit(interrupted, halve, epochs=2)
    interrupted.save(tmp_path / "model.keras")
    resumed = keras.models.load_model(tmp_path / "model.keras")
    assert rates(resumed) == pytest.approx([1e-4, 2.5e-5])
    fit(resumed, halve, epochs=3, initial_epoch=2)
    assert rates(resumed) == pytest.approx([5e-5, 1.25e-5])
    assert_equal_states(state(straight), state(resumed))

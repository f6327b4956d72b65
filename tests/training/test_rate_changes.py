"""A run that diverged goes on from its last finite state with smaller learning rates, and its card says so."""

import keras
import pytest
from helpers import ANY_BACKEND, assert_equal_states, state
from tiny import TINY

from kerasgen import presets
from kerasgen.callbacks import LearningRates
from kerasgen.presets import Card
from kerasgen.presets.card import DataSection, ModelSection, RateChange, TrainingSection
from kerasgen.training import train, train_preset

DECAY = keras.optimizers.schedules.serialize(keras.optimizers.schedules.ExponentialDecay(0.01, 3, 0.9))


def card(rate, *changes, epochs=3):
    return Card(
        name="small",
        model=ModelSection(
            class_="VAE", arguments={"image_shape": (16, 16, 3), "latent_dim": 3, "network": "dense", "hidden": (8,)}
        ),
        data=DataSection(source="face_crops", train="train[:16]", held_out="test[:5]", image_size=16),
        training=TrainingSection(
            batch_size=8,
            epochs=epochs,
            optimizers={"vae": {"class_name": "Adam", "config": {"learning_rate": rate}}},
            rate_changes=tuple(RateChange(epoch=epoch, factor=factor) for epoch, factor in changes),
        ),
    )


class Stop(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        raise RuntimeError("stop")


class Late(keras.callbacks.Callback):
    """Makes a weight NaN when the last step of an epoch is done: no loss of the epoch knows of it."""

    def on_train_batch_end(self, batch, logs=None):
        if batch == self.params["steps"] - 1:
            weight = self.model.decoder.trainable_variables[0]
            weight.assign(weight * float("nan"))


@pytest.mark.parametrize("rate", [0.01, DECAY], ids=["number", "schedule"])
def test_a_run_that_diverged_goes_on_and_its_card_reproduces_it(rate, tmp_path):
    straight = train(card(rate, (1, 0.25)), tmp_path / "straight", verbose=0)
    run = tmp_path / "run"
    train(card(rate, epochs=1), run, verbose=0)
    for factor in (0.5, 0.25):  # the last one asked for, where none of its epochs was trained
        with pytest.raises(RuntimeError, match="stop"):
            train(card(rate), run, verbose=0, learning_rate_factor=factor, callbacks=[Stop()])
    again = train(card(rate), run, verbose=0)
    assert_equal_states(state(straight), state(again))
    assert (run / "recipe.json").read_bytes() == (tmp_path / "straight" / "recipe.json").read_bytes()
    other = train(card(rate), tmp_path / "other", verbose=0)
    assert any((a != b).any() for a, b in zip(state(other), state(again), strict=True))


@ANY_BACKEND
def test_what_diverged_is_not_kept_and_the_card_records_how_it_went_on(tmp_path):
    run = tmp_path / "run"
    train(card(0.01, epochs=1), run, verbose=0)
    message = "val_loss, val_.* not finite in epoch 2; the last good checkpoint: that of epoch 1 in .*backup"
    with pytest.raises(FloatingPointError, match=message):
        train(card(0.01), run, verbose=0, callbacks=[Late()])
    assert [path.name for path in (run / "backup").iterdir()] == ["epoch_0001.npz"]
    assert len((run / "log.csv").read_text().splitlines()) == 2
    path = train_preset(card(0.01), run, verbose=0, learning_rate_factor=0.1)
    assert presets.read_card(path).training.rate_changes == (RateChange(epoch=1, factor=0.1),)
    assert train_preset(card(0.01), run, verbose=0, learning_rate_factor=0.1) == path  # nothing more to change
    assert presets.read_card(path).training.rate_changes == (RateChange(epoch=1, factor=0.1),)
    with pytest.raises(ValueError, match="needs its own. Received: .*run, which holds another run"):
        train(card(0.01, (0, 0.5)), run, verbose=0)
    with pytest.raises(ValueError, match="`learning_rate_factor` must be a positive number. Received: 0"):
        train(card(0.01), run, verbose=0, learning_rate_factor=0)


@ANY_BACKEND
def test_the_rates_of_all_phases_change_at_their_epochs():
    model = TINY["dcgan"]()
    schedule = keras.optimizers.schedules.deserialize(DECAY)
    model.compile(generator=keras.optimizers.SGD(0.4), discriminator=keras.optimizers.SGD(schedule))
    rates = LearningRates(model, {2: 0.5, 5: 0.25})
    rates.set_model(model)
    found = []
    for epoch in range(6):
        rates.on_epoch_begin(epoch)
        found.append([round(float(keras.ops.convert_to_numpy(each.learning_rate)), 6) for each in model.optimizer.optimizers])
    assert sorted(found[0]) == [0.01, 0.4] and found[0] == found[1]
    assert found[2] == found[4] == [each / 2 for each in found[0]] and found[5] == [each / 4 for each in found[0]]
    restored = keras.optimizers.deserialize(keras.optimizers.serialize(model.optimizer.optimizers[0]))
    assert float(restored.learning_rate) == float(model.optimizer.optimizers[0].learning_rate)

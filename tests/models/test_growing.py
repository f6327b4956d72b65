"""Networks that grow: their schedule, what they see and draw at each stage, and a run that is cut short in a fade."""

import keras
import numpy as np
import pytest
from helpers import ANY_BACKEND, EAGER, assert_equal_states, state
from keras import ops

import kerasgen
from kerasgen import training
from kerasgen.data import ImageDataset
from kerasgen.latent.codes import sample_codes
from kerasgen.models import ProgressiveGAN, StyleGAN
from kerasgen.networks.progressive import growing_discriminator, growing_generator
from kerasgen.networks.style import style_generator
from kerasgen.presets.catalog import find_card, read_card
from kerasgen.presets.store import build_model

pytestmark = ANY_BACKEND
IMAGES = np.random.default_rng(0).random((16, 16, 16, 3), dtype="float32")


def tiny(cls=ProgressiveGAN, **arguments):
    return cls(
        (16, 16, 3),
        **{
            "latent_dim": 3,
            "channels": 2,
            "max_channels": 4,
            "start_size": 4,
            "fade_images": 24,
            "stable_images": 8,
            **arguments,
        },
    )


def tiny_style(**arguments):
    return tiny(
        StyleGAN, **{"style_dim": 4, "mapping_layers": 2, "path_length_weight": 0.8, "penalty_interval": 2, **arguments}
    )


def fit(model, epochs, initial_epoch=0, callbacks=()):
    batches = ImageDataset(IMAGES, batch_size=4)
    return model.fit(batches, epochs=epochs, initial_epoch=initial_epoch, verbose=0, callbacks=list(callbacks))


def test_the_papers_networks_have_the_papers_sizes():
    shape = (1024, 1024, 3)
    networks = (
        growing_generator(512, shape, 16, 512),
        growing_discriminator(shape, 16, 512),
        style_generator(512, 512, 8, 0.01, shape, 16, 512),
    )
    sizes = [sum(np.prod(variable.shape) for variable in network.trainable_variables) / 1e6 for network in networks]
    assert [round(float(size), 1) for size in sizes] == [23.1, 23.1, 26.2]


def test_stages_follow_one_another():
    model = tiny()
    assert model.schedule == {0: (0, 0), 1: (8, 24), 2: (40, 24)}
    expected = {
        0: (0, 1.0),
        7: (0, 1.0),
        8: (1, 0.0),
        20: (1, 0.5),
        32: (1, 1.0),
        39: (1, 1.0),
        40: (2, 0.0),
        64: (2, 1.0),
        10**9: (2, 1.0),
    }
    assert {shown: model.position(shown) for shown in expected} == expected
    assert tiny(fade_images=[1, 5, 9], stable_images=[2, 3, 4]).schedule == {0: (0, 0), 1: (2, 5), 2: (10, 9)}
    later = tiny(start_size=8)
    assert later.schedule == {1: (0, 0), 2: (8, 24)} and later.position(7) == (1, 1.0)
    assert [each.shape[1] for each in later.generator.outputs] == [8, 16]
    fixed = tiny(start_size=16)
    assert fixed.schedule == {2: (0, 0)} and [each.shape[1] for each in fixed.generator.outputs] == [16]


def test_images_that_are_not_square_grow_from_a_grid_of_their_aspect():
    model = StyleGAN((48, 64, 3), latent_dim=3, style_dim=4, mapping_layers=2, channels=2, max_channels=4)
    assert [model.size_of_stage(stage) for stage in range(4)] == [(6, 8), (12, 16), (24, 32), (48, 64)]
    assert [image.shape[1:3] for image in model.generator.outputs] == [(12, 16), (24, 32), (48, 64)]  # 8 pixels on is 12 here
    assert tiny(start_size=8).first_stage == 1 == type(model).from_config({**model.get_config(), "start_size": 12}).first_stage
    with pytest.raises(ValueError, match="start_size must be a resolution, one of 6, 12, 24, 48. Received: 9"):
        StyleGAN((48, 64, 3), latent_dim=3, start_size=9)


@pytest.mark.parametrize("make, dtype", [(tiny, "float32"), (tiny_style, "float32"), (tiny_style, "mixed_bfloat16")])
def test_training_goes_through_all_stages_and_moves_one_at_a_time(make, dtype):
    model = make(dtype=dtype)
    model.compile()
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append((self.model.stage, self.model.shown))

    start = {variable.path: ops.convert_to_numpy(variable) for variable in model.generator.trainable_variables}
    fit(model, 1, callbacks=[Watch()])
    assert seen == [(0, 4), (0, 8), (1, 12), (1, 16)]
    moved = {
        variable.path
        for variable in model.generator.trainable_variables
        if not np.array_equal(ops.convert_to_numpy(variable), start[variable.path])
    }
    assert any("conv_1_a" in path for path in moved) and not any("conv_2" in path or "to_image_2" in path for path in moved)
    fit(model, 5, initial_epoch=1, callbacks=[Watch()])
    assert seen[-1] == (2, 80)
    assert [stage for stage, _ in seen] == sorted(stage for stage, _ in seen)


def test_path_lengths_count_after_so_many_images():
    model = tiny_style(start_size=16, path_length_start=32)
    model.compile()
    first, second, third = fit(model, 3).history["path_length"]  # 16 images each
    assert first == second == 0.0 < third
    model = tiny_style(start_size=16, path_length_start=32)
    model.compile()
    assert model.evaluate(IMAGES, verbose=0, return_dict=True)["path_length"] > 0.0  # a preset was not shown any image here


def test_batches_are_split_as_the_stage_wants():
    model = tiny(batch_sizes=[4, 2, 1], fade_images=4, stable_images=4)
    model.compile()
    assert model.schedule == {0: (0, 0), 1: (4, 4), 2: (12, 4)}
    fit(model, 1)  # four batches of four images
    assert model.shown == 16
    assert [int(optimizer.iterations) for optimizer in model.optimizer.optimizers] == [1 + 2 * 2 + 4] * 2
    with pytest.raises(ValueError, match="must split into those of every stage, .4, 2, 1.. Received: 6"):
        model.fit(IMAGES[:12], batch_size=6, verbose=0)
    with pytest.raises(ValueError, match="no batch may be smaller. Received: 14 images in batches of 4"):
        model.fit(IMAGES[:14], batch_size=4, verbose=0)


@pytest.mark.parametrize("shown, size, share", [(4, 4, 1.0), (20, 8, 0.5), (34, 8, 1.0), (46, 16, 0.25)])
def test_what_a_stage_sees_and_draws(shown, size, share):
    model = tiny()
    model.compile()
    model.progress.count.assign(shown)
    model.stage, grown = model.position(shown)
    assert grown == share

    def pooled(images, side):
        return images.reshape(len(images), side, images.shape[1] // side, side, -1, 3).mean(axis=(2, 4))

    expected = pooled(IMAGES, size)
    if size > 4:
        expected = share * expected + (1 - share) * pooled(IMAGES, size // 2).repeat(2, axis=1).repeat(2, axis=2)
    real = ops.convert_to_numpy(model.real_images((ops.convert_to_tensor(IMAGES),)))
    np.testing.assert_allclose(real, expected, atol=1e-5)
    drawn = model.sample(2, seed=0)
    assert drawn.shape == (2, 16, 16, 3) and drawn.min() >= 0 and drawn.max() <= 1
    blocks = drawn.reshape(2, size, 16 // size, size, 16 // size, 3)
    assert np.ptp(blocks, axis=(2, 4)).max() < 1e-6  # enlarged from the stage's own resolution
    codes = ops.convert_to_tensor(sample_codes(2, 3, 0))
    images = [ops.convert_to_numpy(each) for each in model.generator(codes)]
    low, high = images[max(model.stage - 1, 0)], images[model.stage]
    mixed = high if size == 4 else share * high + (1 - share) * low.repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_allclose(blocks[:, :, 0, :, 0], np.clip(0.5 * mixed + 0.5, 0, 1), atol=1e-5)


@pytest.mark.parametrize("make", [tiny, tiny_style])
def test_a_run_that_is_killed_in_a_fade_ends_as_the_uninterrupted(make, tmp_path):
    straight = make()
    straight.compile(**EAGER)
    straight.save_weights(tmp_path / "start.weights.h5")
    fit(straight, 4)

    class Stop(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if self.model.shown >= 20:
                raise KeyboardInterrupt

    def backup():
        return keras.callbacks.BackupAndRestore(tmp_path / "backup")

    interrupted, again = make(), make()
    for model in (interrupted, again):
        model.compile(**EAGER)
    interrupted.load_weights(tmp_path / "start.weights.h5")
    with pytest.raises(KeyboardInterrupt):
        fit(interrupted, 4, callbacks=[backup(), Stop()])
    assert interrupted.position(interrupted.shown) == (1, 0.5)
    fit(again, 4, callbacks=[backup()])
    assert again.shown == 64
    assert_equal_states(state(straight), state(again))


@pytest.mark.parametrize("make", [tiny, tiny_style])
def test_a_preset_draws_at_the_full_resolution(make, tmp_path):
    model = make()
    model.compile()
    fit(model, 6)
    assert model.position(model.shown) == (2, 1.0)
    loaded = kerasgen.load(model.save_to_preset(tmp_path / "mine"))
    np.testing.assert_array_equal(loaded.sample(3, seed=1), model.sample(3, seed=1))


@pytest.mark.parametrize("name", ["progressive_gan_celebahq_256", "stylegan_ffhq_256"])
def test_recipes_for_bigger_machines_begin_and_go_on(name):
    card = read_card(find_card(name))
    model = build_model(card, channels=1, max_channels=2)  # narrow; all else is the card's
    model.compile(**training.build_optimizers(card.training))
    size = card.training.batch_size
    images = np.random.default_rng(0).random((size, 1, 1, 3), dtype="float32").repeat(256, axis=1).repeat(256, axis=2)
    steps = 0
    for index, (stage, (begin, _)) in enumerate(list(model.schedule.items())[:3]):
        model.progress.count.assign(begin)
        history = model.fit(images, batch_size=size, verbose=0).history
        assert np.isfinite(list(history.values())).all() and model.stage == stage
        steps += size // model.batch_sizes[index]
        assert int(model.optimizer.iterations) == steps


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"image_shape": (18, 18, 3)}, "shorter side of 8 pixels or more that is 4 to 7 times a power of two.* Received"),
        ({"image_shape": (4, 4, 3)}, "shorter side of 8 pixels or more.* Received"),
        ({"image_shape": (48, 60, 3)}, "longer side must be a multiple of that power.* Received"),
        ({"stable_images": 0}, "ProgressiveGAN.stable_images: must be int >= 1. Received: 0"),
        ({"fade_images": [8, 8]}, "fade_images must be one number, or 3, one a stage. Received"),
        ({"batch_sizes": [8, 4]}, "batch_sizes must be 3 numbers, one a stage, or None. Received"),
        ({"start_size": 12}, "start_size must be a resolution, one of 4, 8, 16. Received: 12"),
        ({"start_size": 32}, "start_size must be a resolution, one of 4, 8, 16. Received: 32"),
        ({"channels": 0}, "ProgressiveGAN.channels: must be int >= 1. Received: 0"),
    ],
)
def test_wrong_schedules(arguments, message):
    with pytest.raises(ValueError, match=message):
        ProgressiveGAN(**{"image_shape": (16, 16, 3), **arguments})

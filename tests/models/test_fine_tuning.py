"""What training on few images needs: adaptive augmentation and frozen blocks of the discriminator."""

import keras
import numpy as np
import pytest
from helpers import ANY_BACKEND, EAGER, EVERY_BACKEND, assert_equal_states, state, to_numpy
from keras import ops
from tiny import TINY

from kerasgen.data import ImageDataset
from kerasgen.layers.spectral_normalization import SpectralNormalization
from kerasgen.models import DCGAN, GAN, ProgressiveGAN, StyleGAN
from kerasgen.models.adaptive_probability import AdaptiveProbability

pytestmark = ANY_BACKEND
IMAGES = np.random.default_rng(0).random((16, 8, 8, 3), dtype="float32")


def adaptive(**arguments):
    return DCGAN((8, 8, 3), latent_dim=3, channels=4, **{"ada_target": 0.6, "ada_images": 64, **arguments})


def fit(model, epochs, initial_epoch=0):
    batches = ImageDataset(IMAGES, batch_size=4, mirror=True)
    return model.fit(batches, epochs=epochs, initial_epoch=initial_epoch, verbose=0).history


def p_after(ada, signs, images=8):
    for sign in signs:
        ada.update(ops.convert_to_tensor(sign, "float32"), images)
    return float(ops.convert_to_numpy(ada.p))


def test_the_probability_moves_every_fourth_batch_and_stays_in_its_range():
    ada = AdaptiveProbability(0.6, 128)  # 4 batches of 8 images are a quarter
    assert p_after(ada, [1.0] * 3) == 0.0
    assert p_after(ada, [1.0]) == 0.25
    assert p_after(ada, [1.0, 1.0, 0.5, 0.0]) == 0.5  # 0.625 on average
    assert p_after(ada, [1.0, 1.0, 0.25, 0.0]) == 0.25  # 0.5625
    assert p_after(ada, [0.6] * 3 + [0.7]) == 0.5
    assert p_after(ada, [1.0] * 40) == 1.0
    assert p_after(ada, [-1.0] * 8) == 0.5
    assert p_after(ada, [-1.0] * 40) == 0.0
    assert p_after(ada, [1.0, 1.0, 1.0]) == 0.0 and p_after(ada, [0.0], images=104) == 0.0  # 24 images of 128 have a sign


@pytest.mark.parametrize("objective", ["non_saturating", "least_squares"])
def test_the_probability_follows_the_discriminator(objective):
    model = adaptive(objective=objective)
    model.compile(**EAGER, **{phase.name: keras.optimizers.SGD(0.0) for phase in model.phases})
    kernel, bias = model.discriminator.get_layer("logit").weights
    kernel.assign(np.zeros(kernel.shape))
    bias.assign([0.51])  # beyond 0 and beyond 1/2: all real images look real
    history = fit(model, 2)
    assert history["ada_sign"] == [1.0, 1.0] and float(ops.convert_to_numpy(model.ada.p)) == 0.5
    np.testing.assert_allclose(history["ada_p"], [0.0625, 0.3125])  # adjusted at the end of each fourth batch
    bias.assign([0.49 if objective == "least_squares" else -0.01])
    assert fit(model, 3)["ada_sign"] == [-1.0] * 3
    assert float(ops.convert_to_numpy(model.ada.p)) == 0.0


def test_nothing_is_augmented_without_a_target_at_p_0_and_in_evaluation():
    images = ops.convert_to_tensor(IMAGES)
    plain = adaptive(ada_target=None)
    plain.compile(**EAGER)
    assert plain.ada is None and plain.augmented(images, True) is images and "ada_p" not in fit(plain, 1)
    model = adaptive()
    assert model.ada is None  # a preset has none
    model.compile(**EAGER)
    np.testing.assert_array_equal(ops.convert_to_numpy(model.augmented(images, True)), IMAGES)
    model.ada.p.assign(1.0)
    assert np.abs(ops.convert_to_numpy(model.augmented(images, True)) - IMAGES).max() > 0.1
    assert model.augmented(images, False) is images


@EVERY_BACKEND
def test_adaptive_training_resumes_bit_for_bit_and_moves_no_frozen_block(tmp_path):
    straight = adaptive(freeze_discriminator=1)
    start = [to_numpy(variable) for variable in straight.discriminator.trainable_variables]
    straight.compile(**EAGER)
    straight.ada.p.assign(0.5)
    for _ in range(2):  # in the middle of a window
        straight.train_on_batch(IMAGES[:4])
    straight.save(tmp_path / "half.keras")
    resumed = keras.models.load_model(tmp_path / "half.keras")
    assert to_numpy(resumed.ada.batches) == 2.0
    for model in (straight, resumed):
        history = fit(model, 1)
        assert np.isfinite(list(history.values())).all()
    assert 0.0 < to_numpy(resumed.ada.p) < 1.0 and to_numpy(resumed.ada.p) != 0.5
    assert_equal_states(state(straight), state(resumed))
    moved = [not np.array_equal(a, to_numpy(b)) for a, b in zip(start, resumed.discriminator.trainable_variables, strict=True)]
    assert moved == [False, False, True, True]  # conv_0; logit


@pytest.mark.parametrize("name", ["gan", "wgan_gp", "style_gan"])
def test_adaptive_augmentation_goes_with_every_kind(name, images_of):
    model = TINY[name](ada_target=0.0, ada_images=8)
    model.compile(**EAGER)
    images = images_of(model, 16)
    history = model.fit(images, batch_size=4, epochs=2, verbose=0, validation_data=(images, None)).history
    assert np.isfinite(list(history.values())).all() and {"ada_p", "ada_sign", "val_ada_sign"} <= set(history)


FROZEN = {
    "dcgan": {"conv_0"},
    "sngan": {"conv_from_image", "conv_0_a", "conv_0_b", "conv_0_skip"},
    "gan": {"maxout_0"},
    "style_gan": {"from_image_1", "conv_1_a", "conv_1_b"},
    "style_gan2": {"from_image_1", "conv_1_a", "conv_1_b", "conv_1_skip"},
}


@pytest.mark.parametrize("name", FROZEN)
def test_exactly_the_frozen_blocks_do_not_move(name, images_of):
    model = TINY[name](freeze_discriminator=1)
    model.compile(**EAGER)
    layers = {
        layer.layer.name if isinstance(layer, SpectralNormalization) else layer.name: layer
        for layer in model.discriminator.layers
    }
    frozen = {id(variable) for each in FROZEN[name] for variable in layers[each].trainable_variables}
    assert {id(v) for v in model.trained_variables(model.phases[0])} == {
        id(v) for v in model.discriminator.trainable_variables
    } - frozen
    assert model.trained_variables(model.phases[1]) == model.generator.trainable_variables
    before = [(variable, to_numpy(variable)) for variable in model.discriminator.trainable_variables]
    images = images_of(model, 8)
    for _ in range(2):
        model.train_on_batch(images)
    moved = [id(variable) in frozen for variable, old in before if not np.array_equal(old, to_numpy(variable))]
    assert moved and not any(moved) and len(moved) > 0.6 * (len(before) - len(frozen))


def test_a_growing_discriminator_freezes_from_the_image_on():
    model = ProgressiveGAN((16, 16, 3), latent_dim=3, channels=2, max_channels=4, freeze_discriminator=1)
    names = {layer.name for layer in model.discriminator.layers if layer.trainable_variables and model.frozen(layer)}
    assert names == {"from_image_2", "conv_2_a", "conv_2_b"}
    assert model.discriminator_blocks == 2 and GAN((6, 5, 1)).discriminator_blocks == 2
    whole = StyleGAN((16, 16, 3), latent_dim=3, style_dim=4, channels=2, freeze_discriminator=2, start_size=4)
    names = {layer.name for layer in whole.discriminator.layers if layer.trainable_variables and not whole.frozen(layer)}
    assert names == {"from_image_0", "conv_last", "hidden", "logit"}


@pytest.mark.parametrize(
    "arguments, message",
    [
        (
            {"freeze_discriminator": 2},
            "freeze_discriminator must be 1, the number of the discriminator's blocks, or less. Received: 2",
        ),
        ({"freeze_discriminator": -1}, "DCGAN.freeze_discriminator: must be int >= 0. Received: -1"),
        ({"ada_target": 1.0}, "DCGAN.ada_target: must be "),
        ({"ada_images": 0}, "DCGAN.ada_images: must be int >= 1. Received: 0"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        adaptive(**arguments)

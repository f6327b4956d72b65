"""Translators: the papers' networks and losses, training on pairs and without, translations."""

import dataclasses

import keras
import numpy as np
import pytest
from helpers import ANY_BACKEND, noise_images, to_numpy
from keras import ops
from tiny import TINY, TRANSLATORS

from kerasgen import backend, data, training
from kerasgen.base.schedules import PiecewiseLinear
from kerasgen.data import PairedDataset, UnpairedDataset
from kerasgen.layers.image_pool import ImagePool
from kerasgen.models import CUT, CycleGAN, Pix2Pix
from kerasgen.networks.patch import HALVINGS, patch_discriminator
from kerasgen.presets.catalog import find_card, read_card
from kerasgen.presets.store import build_model

pytestmark = ANY_BACKEND
RNG = np.random.default_rng(0)


def trainable(network):
    return sum(np.prod(weight.shape) for weight in network.trainable_weights)


def test_the_papers_networks_have_the_papers_sizes():
    pix2pix, cyclegan = Pix2Pix((256, 256, 3)), CycleGAN((256, 256, 3))
    assert round(trainable(pix2pix.generator) / 1e6, 1) == 54.4
    assert trainable(pix2pix.discriminator) == 2_768_705
    assert trainable(CUT((256, 256, 3)).projector) == 2 * 5 * 256 + 256 * (3 + 128 + 3 * 256) + 5 * 256 * 256
    assert trainable(cyclegan.generator_ab) == trainable(cyclegan.generator_ba) == 11_378_179
    assert round(trainable(cyclegan.discriminator_a) / 1e6, 1) == 2.8
    assert (pix2pix.depth, cyclegan.blocks, CycleGAN((128, 128, 3), channels=2).blocks) == (8, 9, 6)


@pytest.mark.parametrize("field", HALVINGS)
def test_a_logit_sees_as_many_pixels_as_it_should(field):
    side = max(3 * 2 ** HALVINGS[field], field) + 2 * field
    side -= side % 2 ** max(HALVINGS[field], 1)
    network = patch_discriminator("d", [(side, side, 1)], 2, field, "batch")
    image = ops.convert_to_tensor(RNG.random((1, side, side, 1), dtype="float32"))

    def logit(x):
        logits = network(x, training=False)
        return logits[:, logits.shape[1] // 2, logits.shape[2] // 2]

    seen = np.abs(ops.convert_to_numpy(backend.gradient(logit, image)))[0, :, :, 0].max(axis=0) > 0
    assert seen.sum() == np.ptp(np.flatnonzero(seen)) + 1 == field


def numbers(terms):
    return {name: float(ops.convert_to_numpy(value)) for name, value in terms.items()}


def test_losses_of_pix2pix_are_the_papers(images_of):
    model = TINY["pix2pix"](dropout=0.0)
    x, y = (ops.convert_to_tensor(each) for each in (images_of(model, 4), RNG.random((4, *model.image_shape), dtype="float32")))
    terms = model.generator_terms((x, y), training=False)
    terms = numbers({name: terms[name] for name in model.phases[0].terms})
    made = model.generator(x)
    l1 = np.mean(np.abs((2 * ops.convert_to_numpy(y) - 1) - (2 * ops.convert_to_numpy(made) - 1)))
    np.testing.assert_allclose(terms["l1"], 100.0 * l1, rtol=1e-4)
    logits = ops.convert_to_numpy(model.discriminator([x, made]))
    np.testing.assert_allclose(terms["generator"], np.mean(np.log1p(np.exp(-logits))), rtol=1e-4)
    real = ops.convert_to_numpy(model.discriminator([x, y]))
    expected = 0.5 * (np.mean(np.log1p(np.exp(-real))) + np.mean(np.log1p(np.exp(logits))))
    np.testing.assert_allclose(numbers(model.discriminator_terms((x, y), False, made))["discriminator"], expected, rtol=1e-4)


@pytest.mark.backend("tensorflow", "torch")
@pytest.mark.parametrize("name", TRANSLATORS)
def test_discriminators_learn_on_the_translations_of_before_the_generators_step(name, images_of):
    model = TINY[name]()
    model.compile(run_eagerly=True, **{phase.name: keras.optimizers.SGD(0.0) for phase in model.phases})
    first, second = model.phases
    model.phase_optimizer(first).learning_rate = 1.0
    seen = []

    def generate(batch, training):
        return first.loss(batch, False)  # without dropout, to be compared

    def discriminate(batch, training, *translations):
        seen.extend(ops.convert_to_numpy(each) for each in translations)
        return second.loss(batch, training, *translations)

    x = images_of(model, 4)
    y = RNG.random((4, *model.image_shape), dtype="float32")
    before = {"a_to_b": model.translate(x)}
    if name == "cyclegan":
        before = {"b_to_a": model.translate(y, "b_to_a"), **before}
    model.phases = dataclasses.replace(first, loss=generate), dataclasses.replace(second, loss=discriminate)
    model.train_on_batch(x, y)
    for shown, expected in zip(seen, before.values(), strict=True):
        np.testing.assert_allclose(shown, expected, atol=1e-5)
    assert np.abs(model.translate(x) - before["a_to_b"]).max() > 1e-4


@pytest.mark.parametrize(
    "arguments, names, phases",
    [
        ({"adversarial_weight": 0.0}, {"l1"}, ["generator"]),
        ({"l1_weight": 0.0}, {"generator"}, ["generator", "discriminator"]),
        ({"conditional": False}, {"generator", "l1"}, ["generator", "discriminator"]),
    ],
)
def test_each_part_of_the_loss_can_be_left_out(arguments, names, phases, images_of):
    model = TINY["pix2pix"](**arguments)
    assert [phase.name for phase in model.phases] == phases
    assert set(model.phases[0].terms) == names
    if len(phases) == 2:
        assert len(model.discriminator.inputs) == (2 if model.conditional else 1)
    model.compile()
    history = model.fit(images_of(model, 4), np.zeros((4, *model.image_shape), "float32"), batch_size=2, verbose=0).history
    assert np.isfinite(list(history.values())).all()


def test_losses_of_cyclegan_are_the_papers(images_of):
    model = CycleGAN((12, 12, 3), channels=2, blocks=1, receptive_field=16)
    a, b = images_of(model, 3), RNG.random((3, *model.image_shape), dtype="float32")
    tensors = [ops.convert_to_tensor(each) for each in (a, b)]
    terms = model.generator_terms(tensors, training=False)
    terms = numbers({name: terms[name] for name in model.phases[0].terms})
    there = model.translate(a)
    back = model.translate(there, "b_to_a")
    assert terms["cycle_a"] == pytest.approx(10.0 * np.mean(np.abs(2 * a - 2 * back)), rel=1e-4)
    same = model.translate(b)
    assert terms["identity_b"] == pytest.approx(0.5 * 10.0 * np.mean(np.abs(2 * b - 2 * same)), rel=1e-4)
    assert terms["a_to_b"] == pytest.approx(0.5 * np.mean((model.discriminator_b.predict_on_batch(there) - 1.0) ** 2), rel=1e-4)


def test_losses_of_cut_are_the_papers(images_of):
    model = TINY["cut"]()
    a, b = images_of(model, 3), RNG.random((3, *model.image_shape), dtype="float32")
    terms = model.generator_terms([ops.convert_to_tensor(each) for each in (a, b)], training=False)
    terms = numbers({name: terms[name] for name in model.phases[0].terms})
    made = model.translate(a)
    logits = model.discriminator.predict_on_batch(made)
    assert terms["generator"] == pytest.approx(0.5 * np.mean((logits - 1.0) ** 2), rel=1e-4)
    # Of vectors without a likeness, the patch at the same place is one of six.
    assert terms["contrast"] > 0.0 and terms["identity"] > 0.0
    model.projector.set_weights([np.zeros_like(weight) for weight in model.projector.get_weights()])
    terms = model.generator_terms([ops.convert_to_tensor(each) for each in (a, b)], training=False)
    assert float(ops.convert_to_numpy(terms["contrast"])) == pytest.approx(np.log(6), rel=1e-4)
    fast = TINY["cut"](contrast_weight=10.0, identity_weight=0.0)
    assert fast.phases[0].terms == ("generator", "contrast")


def test_patches_are_told_by_where_they_come_from(images_of):
    """After some steps on one pair of batches the translator's patches are told better than by chance."""
    model = CUT((12, 16, 3), channels=4, blocks=2, receptive_field=16, patches=6, projection=16)
    model.compile(generator=keras.optimizers.Adam(2e-3), discriminator=keras.optimizers.Adam(0.0))
    a, b = images_of(model, 4), RNG.random((4, *model.image_shape), dtype="float32")
    history = model.fit(a, b, batch_size=4, epochs=40, shuffle=False, verbose=0).history
    assert np.mean(history["contrast"][-5:]) < 0.6 * np.log(6)


def test_the_pool_shows_new_images_or_earlier_ones():
    pool, shown = ImagePool(4, (1, 1, 1)), []
    for step in range(40):
        new = np.array([2 * step, 2 * step + 1], "float32").reshape(2, 1, 1, 1)
        coins = RNG.integers(2, size=2).astype("float32")
        places = RNG.standard_normal(4).astype("float32")
        out = ops.convert_to_numpy(pool.query(*map(ops.convert_to_tensor, (new, places, coins)))).ravel()
        kept = to_numpy(pool.images).ravel()
        if step < 2:  # the pool fills, and shows what it keeps
            np.testing.assert_array_equal(out, new.ravel())
            assert set(new.ravel()) <= set(kept)
            continue
        for one, given, coin in zip(out, new.ravel(), coins, strict=True):
            assert (one == given) == (coin < 0.5)
            assert (given in kept) == (coin >= 0.5)
            assert one not in kept or coin < 0.5
        shown += list(out[out < 2 * step])
        assert len(set(kept)) == 4
    assert len(shown) == len(set(shown)) > 20  # an earlier image is shown once, and leaves


def test_rates_hold_and_then_fall():
    schedule = PiecewiseLinear([[0, 0.2], [10, 0.2], [30, 0.0]])
    assert [float(schedule(step)) for step in (0, 10, 20, 30, 99)] == pytest.approx([0.2, 0.2, 0.1, 0.0, 0.0])
    with pytest.raises(ValueError, match="Received: points="):
        PiecewiseLinear([[0, 0.2], [1, 0.2], [1, 0.0]])


def test_rates_go_from_point_to_point():
    schedule = PiecewiseLinear([[0, 0.2], [10, 0.2], [20, 0.1], [40, 0.0]])
    rates = [float(schedule(step)) for step in (0, 10, 15, 20, 30, 99)]
    assert rates == pytest.approx([0.2, 0.2, 0.15, 0.1, 0.05, 0.0], abs=1e-7)
    assert PiecewiseLinear.from_config(schedule.get_config()).get_config() == schedule.get_config()
    for wrong in ([[0, 0.2]], [[1, 0.2], [2, 0.1]], [[0, 0.2], [5, 0.1], [5, 0.0]], [[0, 0.2], [5, -0.1]]):
        with pytest.raises(ValueError, match="steps rising from 0, no rate below 0. Received: points="):
            PiecewiseLinear(wrong)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: Pix2Pix((63, 64, 3)), "halve twice at least"),
        (lambda: Pix2Pix((64, 64, 3), depth=7), "depth must be from 2 to 6 at this size. Received: 7"),
        (lambda: Pix2Pix((64, 64, 3), norm="layer"), 'Pix2Pix.norm: must be one of "batch", "instance". Received: "layer"'),
        (
            lambda: Pix2Pix((64, 64, 3), upsampling="near"),
            'Pix2Pix.upsampling: must be one of "transposed", "nearest". Received: "near"',
        ),
        (lambda: Pix2Pix((64, 64, 3), receptive_field=50), "receptive_field must be one of 1, 16, 34, 70, 142, 286 or 'image'"),
        (lambda: Pix2Pix((16, 16, 3)), "at least 24 pixels a side for a receptive field of 70. Received: 16 x 16"),
        (lambda: Pix2Pix((64, 64, 3), objective="relativistic"), "not relativistic. Received"),
        (lambda: Pix2Pix((64, 64, 3), l1_weight=0.0, adversarial_weight=0.0), "must not both be zero. Received: 0.0, 0.0"),
        (lambda: CycleGAN((30, 32, 3)), "multiples of 4. Received"),
        (lambda: CycleGAN((32, 32, 3), cycle_weight=-1.0), "CycleGAN.cycle_weight: must be float >= 0.0. Received: -1.0"),
    ],
)
def test_wrong_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# Training and use


@pytest.mark.parametrize(
    "x, y, message",
    [
        ((4, 16, 16, 1), None, "images of both kinds, .* Received: sources without targets"),
        ((4, 16, 16, 1), (3, 16, 16, 3), "x and y must have as many entries. Received: 4 and 3"),
        ((4, 16, 16, 3), (4, 16, 16, 3), r"`sources` must be of \(height, width, channels\) \(16, 16, 1\)"),
        ((4, 16, 16, 1), (4, 16, 16, 1), r"`targets` must be of \(height, width, channels\) \(16, 16, 3\)"),
    ],
)
def test_training_with_wrong_pairs(x, y, message):
    model = TINY["pix2pix"]()
    model.compile()
    with pytest.raises(ValueError, match=message):
        model.fit(np.zeros(x, "float32"), None if y is None else np.zeros(y, "float32"), verbose=0)


def test_training_with_wrong_batches():
    model, cyclegan = TINY["pix2pix"](), TINY["cyclegan"]()
    for each in (model, cyclegan):
        each.compile()
    with pytest.raises(ValueError, match="Received: batches of 1 part"):
        model.fit(data.ImageDataset(noise_images(4, channels=1), batch_size=2), verbose=0)
    with pytest.raises(ValueError, match=r"sources must have the model's shape \(16, 16, 1\). Received: \(16, 16, 3\)"):
        model.fit(PairedDataset(noise_images(4), noise_images(4), 2), verbose=0)
    with pytest.raises(ValueError, match="pool must hold a batch at least. Received: pool_size=10, a batch of 11"):
        cyclegan.fit(UnpairedDataset(noise_images(11, 12, 16), noise_images(11, 12, 16), 11), verbose=0)


@pytest.mark.parametrize("name", TRANSLATORS)
def test_translations(name, images_of):
    model = TINY[name]()
    images = images_of(model, 5)
    for direction in model.directions:
        made = model.translate(images, direction)
        assert made.shape == (5, *model.image_shape) and made.dtype == np.float32
        assert made.min() >= 0.0 and made.max() <= 1.0
        np.testing.assert_allclose(made, model.translate(images, direction, batch_size=2), atol=1e-6)
        larger = model.resized(32, 24)
        assert larger.translate(np.ones((1, 32, 24, model.source_shape[2]), "float32"), direction).shape == (1, 32, 24, 3)
        np.testing.assert_allclose(model.resized(*model.image_shape[:2]).translate(images, direction), made, atol=1e-6)
    with pytest.raises(ValueError, match=f"one that a {type(model).__name__} has.* Received: 'back'"):
        model.translate(images, "back")
    with pytest.raises(ValueError, match="`x` must be of"):
        model.translate(images[:, :8])


@pytest.mark.parametrize("name", ["pix2pix_facades", "pix2pix_maps", "cyclegan_horse2zebra"])
def test_recipes_for_bigger_machines_take_two_steps(name):
    card = read_card(find_card(name))
    model = build_model(card, channels=2)  # narrow; all else is the card's
    model.compile(**training.build_optimizers(card.training))
    images = RNG.random((2, 256, 256, 3), dtype="float32")
    history = model.fit(images, images[::-1].copy(), batch_size=card.training.batch_size, verbose=0).history
    assert np.isfinite(list(history.values())).all()
    assert int(model.optimizer.iterations) == 2

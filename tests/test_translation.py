"""Translators: pairs and unpaired sets, the papers' networks, what is measured, pictures of any size, the command."""

import json

import numpy as np
import pytest
from helpers import ANY_BACKEND, to_numpy
from keras import ops
from PIL import Image
from tiny import TINY, TRANSLATORS

from kerasgen import backend, data, metrics, training
from kerasgen.card import build_model, read_card
from kerasgen.data.drawings import DRAWINGS, edges
from kerasgen.data.pairs import PairedBatches
from kerasgen.data.unpaired import UnpairedBatches
from kerasgen.layers.image_pool import ImagePool
from kerasgen.models import CycleGAN, Pix2Pix
from kerasgen.networks.patch import HALVINGS, patch_discriminator
from kerasgen.picture_files import read_pictures, translate_files
from kerasgen.pictures import fit_in, translate_picture
from kerasgen.presets import find_card
from kerasgen.schedules import HoldThenDecay
from kerasgen.translation import paired_figures, unpaired_figures

pytestmark = ANY_BACKEND
RNG = np.random.default_rng(0)


def pictures(n, height=16, width=16, channels=3):
    return RNG.integers(256, size=(n, height, width, channels), dtype=np.uint8)


def save(folder, images, names):
    folder.mkdir(parents=True)
    for name, image in zip(names, images, strict=True):
        Image.fromarray(image).save(folder / f"{name}.png")


# ---- data ----------------------------------------------------------------------------------------------------------


def test_what_is_done_to_a_source_is_done_to_its_target():
    targets = pictures(12)
    sources = 255 - targets[..., :1]
    batches = PairedBatches(sources, targets, 4, crop=(12, 10), mirror=True)
    seen = [batches[index] for index in range(len(batches))]
    for x, y in seen:
        assert x.shape == (4, 12, 10, 1) and y.shape == (4, 12, 10, 3)
        np.testing.assert_allclose(x, 1.0 - y[..., :1], atol=1e-6)
    again = [batches[index] for index in range(len(batches))]
    assert all(np.array_equal(a, b) for one, other in zip(seen, again, strict=True) for a, b in zip(one, other, strict=True))
    batches.epoch = 1
    assert not np.array_equal(batches[0][0], seen[0][0])
    x, y = batches.images()
    np.testing.assert_array_equal(y, targets[:, 2:14, 3:13] / np.float32(255))
    still = PairedBatches(sources, targets, 4, crop=(12, 10), shuffle=False)
    np.testing.assert_array_equal(still[0][1], y[:4])


def test_an_epoch_of_two_sets_is_the_longer_one():
    a, b = (np.arange(n, dtype="uint8")[:, None, None, None] * np.ones((1, 4, 4, 1), "uint8") for n in (7, 3))
    batches = UnpairedBatches(a, b)
    assert len(batches) == 7 and batches.num_images == 7
    shown = [[np.rint(255 * part[0, 0, 0, 0]) for part in batches[index]] for index in range(7)]
    firsts, seconds = zip(*shown, strict=True)
    assert sorted(firsts) == list(range(7))
    assert [sorted(seconds[start:start + 3]) for start in (0, 3)] == [[0, 1, 2]] * 2
    batches.epoch = 1
    following = [np.rint(255 * batches[index][1][0, 0, 0, 0]) for index in range(2)]
    assert sorted([seconds[6], *following]) == [0, 1, 2]  # the shorter set goes on where it was
    assert [batches[index][0][0, 0, 0, 0] for index in range(7)] != list(np.array(firsts) / 255)


def test_pairs_from_a_drawing_two_folders_and_side_by_side(tmp_path):
    drawn = data.load_pairs("portraits", "grey", "test[:6]", 32, 3, where={"era": "modern"})
    x, y = drawn.images()
    assert x.shape[1:] == (32, 32, 1) and y.shape[1:] == (32, 32, 3) and len(x) < 6
    np.testing.assert_allclose(x[..., 0], y @ np.array([0.299, 0.587, 0.114], "float32"), atol=3 / 255)
    jittered = data.load_pairs("portraits", "edges", "train[:8]", 32, 4, jitter=6)
    assert jittered.image_shapes == ((32, 32, 1), (32, 32, 3)) and jittered[0][0].shape == (4, 32, 32, 1)
    one, two = pictures(4), pictures(4)
    names = ["a", "b", "c", "d"]
    save(tmp_path / "x" / "train", one, names)
    save(tmp_path / "y" / "train", two, names)
    x, y = data.load_pairs((tmp_path / "x", tmp_path / "y"), None, "train", batch_size=2).images()
    np.testing.assert_array_equal(x, one / np.float32(255))
    np.testing.assert_array_equal(y, two / np.float32(255))
    save(tmp_path / "both" / "val", np.concatenate([one, two], axis=2), names)
    save(tmp_path / "both" / "train", np.concatenate([one, two], axis=2), names)
    x, y = data.load_pairs(tmp_path / "both", "right_to_left", "val", batch_size=2).images()
    np.testing.assert_array_equal(x, two / np.float32(255))
    np.testing.assert_array_equal(y, one / np.float32(255))


def test_unpaired_sets_from_a_label_and_from_an_archives_folders(tmp_path):
    eras = data.load_unpaired("portraits", ("historical", "modern"), "test", 16, 2, label="era")
    assert [len(part) for part in eras.images()] == [193, 131]
    save(tmp_path / "trainA", pictures(3), "abc")
    save(tmp_path / "trainB", pictures(2), "de")
    assert [len(part) for part in data.load_unpaired(tmp_path, ("A", "B")).images()] == [3, 2]


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_drawings_keep_the_size(drawing):
    image = data.load("portraits", "test[-1:]", shuffle=False, drop_remainder=False).source[0]  # in colour
    drawn = DRAWINGS[drawing](image)
    assert drawn.shape[:2] == (64, 64) and drawn.dtype == np.uint8
    assert np.abs(drawn.astype(int) - image).mean() > 0


def test_edges_are_dark_lines_and_a_plain_image_has_none():
    image = np.full((64, 64, 3), 200, "uint8")
    assert (edges(image) == 255).all()
    image[:, 30:33] = 20
    lines = edges(image)[..., 0] == 0
    assert lines[:, 31].mean() > 0.9 and lines[:, :24].sum() == lines[:, 40:].sum() == 0


@pytest.mark.parametrize("call, message", [
    (lambda folder: data.load_pairs((folder / "x", folder / "y"), None), "partner of the same name. Received: b, c, in one"),
    (lambda folder: data.load_pairs((folder / "x", folder / "z"), None), "Received: no folder"),
    (lambda folder: data.load_pairs("portraits", "edge", "test[:4]"), "Did you mean 'edges'"),
    (lambda folder: data.load_pairs("portraits", "edges", "test[:4]", jitter=3), "with image_size. Received"),
    (lambda folder: data.load_pairs("portraits", "grey", "test[:4]", where={"era": "modem"}), "Did you mean 'modern'"),
    (lambda folder: data.load_unpaired("portraits", ("modern",), label="era"), "two domains. Received"),
    (lambda folder: PairedBatches(pictures(2), pictures(3)), "agree in number, height, width and dtype. Received"),
    (lambda folder: PairedBatches(pictures(2), pictures(2), crop=(20, 8)), "must lie in the images, .* Received: crop"),
    (lambda folder: UnpairedBatches(pictures(2), pictures(2, channels=1)), "must have one shape. Received"),
])
def test_wrong_sets(call, message, tmp_path):
    save(tmp_path / "x", pictures(2), "ab")
    save(tmp_path / "y", pictures(2), "ac")
    with pytest.raises(ValueError, match=message):
        call(tmp_path)


# ---- networks, losses, the pool ------------------------------------------------------------------------------------


def trainable(network):
    return sum(np.prod(weight.shape) for weight in network.trainable_weights)


def test_the_papers_networks_have_the_papers_sizes():
    pix2pix, cyclegan = Pix2Pix((256, 256, 3)), CycleGAN((256, 256, 3))
    assert round(trainable(pix2pix.generator) / 1e6, 1) == 54.4
    assert trainable(pix2pix.discriminator) == 2_768_705
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
    terms = numbers(model.generator_terms((x, y), training=False))
    made = model.generator(x)
    l1 = np.mean(np.abs((2 * ops.convert_to_numpy(y) - 1) - (2 * ops.convert_to_numpy(made) - 1)))
    np.testing.assert_allclose(terms["l1"], 100.0 * l1, rtol=1e-4)
    logits = ops.convert_to_numpy(model.discriminator([x, made]))
    np.testing.assert_allclose(terms["generator"], np.mean(np.log1p(np.exp(-logits))), rtol=1e-4)
    real = ops.convert_to_numpy(model.discriminator([x, y]))
    expected = 0.5 * (np.mean(np.log1p(np.exp(-real))) + np.mean(np.log1p(np.exp(logits))))
    np.testing.assert_allclose(numbers(model.discriminator_terms((x, y), training=False))["discriminator"], expected, rtol=1e-4)


@pytest.mark.parametrize("arguments, names, phases", [
    ({"adversarial_weight": 0.0}, {"l1"}, ["generator"]),
    ({"l1_weight": 0.0}, {"generator"}, ["discriminator", "generator"]),
    ({"conditional": False}, {"generator", "l1"}, ["discriminator", "generator"]),
])
def test_each_part_of_the_loss_can_be_left_out(arguments, names, phases, images_of):
    model = TINY["pix2pix"](**arguments)
    assert [phase.name for phase in model.phases] == phases
    assert set(model.phases[-1].terms) == names
    if len(phases) == 2:
        assert len(model.discriminator.inputs) == (2 if model.conditional else 1)
    model.compile()
    history = model.fit(images_of(model, 4), np.zeros((4, *model.image_shape), "float32"), batch_size=2, verbose=0).history
    assert np.isfinite(list(history.values())).all()


def test_losses_of_cyclegan_are_the_papers(images_of):
    model = CycleGAN((12, 12, 3), channels=2, blocks=1, receptive_field=16)
    a, b = images_of(model, 3), RNG.random((3, *model.image_shape), dtype="float32")
    tensors = [ops.convert_to_tensor(each) for each in (a, b)]
    terms = numbers(model.generator_terms(tensors, training=False))
    there = model.translate(a)
    back = model.translate(there, "b_to_a")
    assert terms["cycle_a"] == pytest.approx(10.0 * np.mean(np.abs(2 * a - 2 * back)), rel=1e-4)
    same = model.translate(b)
    assert terms["identity_b"] == pytest.approx(0.5 * 10.0 * np.mean(np.abs(2 * b - 2 * same)), rel=1e-4)
    assert terms["a_to_b"] == pytest.approx(0.5 * np.mean((model.discriminator_b.predict_on_batch(there) - 1.0) ** 2), rel=1e-4)


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
    schedule = HoldThenDecay(0.2, hold_steps=10, decay_steps=20)
    assert [float(schedule(step)) for step in (0, 10, 20, 30, 99)] == pytest.approx([0.2, 0.2, 0.1, 0.0, 0.0])
    assert HoldThenDecay.from_config(schedule.get_config()).get_config() == schedule.get_config()
    with pytest.raises(ValueError, match="Received: .*decay_steps=0"):
        HoldThenDecay(0.2, 1, 0)


@pytest.mark.parametrize("call, message", [
    (lambda: Pix2Pix((63, 64, 3)), "halve twice at least"),
    (lambda: Pix2Pix((64, 64, 3), depth=7), "depth from 2 to 6 at this size. Received"),
    (lambda: Pix2Pix((64, 64, 3), norm="layer"), "Unknown normalisation. Received: 'layer'"),
    (lambda: Pix2Pix((64, 64, 3), upsampling="near"), "Unknown upsampling. Received: 'near'. Did you mean 'nearest'"),
    (lambda: Pix2Pix((64, 64, 3), receptive_field=50), "receptive_field must be one of 1, 16, 34, 70, 142, 286 or 'image'"),
    (lambda: Pix2Pix((16, 16, 3)), "at least 24 pixels a side for a receptive field of 70. Received: 16 x 16"),
    (lambda: Pix2Pix((64, 64, 3), objective="relativistic"), "not relativistic. Received"),
    (lambda: Pix2Pix((64, 64, 3), l1_weight=0.0, adversarial_weight=0.0), "nor both zero. Received"),
    (lambda: CycleGAN((30, 32, 3)), "multiples of 4. Received"),
    (lambda: CycleGAN((32, 32, 3), cycle_weight=-1.0), "must not be negative. Received"),
])
def test_wrong_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# ---- training and use ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("x, y, message", [
    ((4, 16, 16, 1), None, "images of both kinds, .* Received: 4 sources and no targets"),
    ((4, 16, 16, 1), (3, 16, 16, 3), "Received: 4 sources and 3 targets"),
    ((4, 16, 16, 3), (4, 16, 16, 3), r"`sources` must be of \(height, width, channels\) \(16, 16, 1\)"),
    ((4, 16, 16, 1), (4, 16, 16, 1), r"`targets` must be of \(height, width, channels\) \(16, 16, 3\)"),
])
def test_training_with_wrong_pairs(x, y, message):
    model = TINY["pix2pix"]()
    model.compile()
    with pytest.raises(ValueError, match=message):
        model.fit(np.zeros(x, "float32"), None if y is None else np.zeros(y, "float32"), verbose=0)


def test_training_with_wrong_batches():
    model, cyclegan = TINY["pix2pix"](), TINY["cyclegan"]()
    for each in (model, cyclegan):
        each.compile()
    with pytest.raises(ValueError, match="Received: batches of 1 parts"):
        model.fit(data.ImageBatches(pictures(4, channels=1), batch_size=2), verbose=0)
    with pytest.raises(ValueError, match=r"sources must have the model's shape \(16, 16, 1\). Received: \(16, 16, 3\)"):
        model.fit(PairedBatches(pictures(4), pictures(4), 2), verbose=0)
    with pytest.raises(ValueError, match="pool must hold a batch at least. Received: pool_size=10, a batch of 11"):
        cyclegan.fit(UnpairedBatches(pictures(11, 12, 12), pictures(11, 12, 12), 11), verbose=0)


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
    model.compile(**training.optimizers(card["training"]))
    images = RNG.random((2, 256, 256, 3), dtype="float32")
    history = model.fit(images, images[::-1].copy(), batch_size=card["training"]["batch_size"], verbose=0).history
    assert np.isfinite(list(history.values())).all()
    assert int(model.optimizer.iterations) == 2


# ---- what is measured ----------------------------------------------------------------------------------------------


def test_edge_agreement_against_brute_force():
    a, b = RNG.random((3, 12, 12)) < 0.1, RNG.random((3, 12, 12)) < 0.1
    expected = []
    for one, other in zip(a, b, strict=True):
        near = [[np.abs(np.argwhere(there) - point).max(axis=1).min() <= 1 for point in np.argwhere(here)]
                for here, there in ((one, other), (other, one))]
        precision, recall = map(np.mean, near)
        expected.append(2 * precision * recall / (precision + recall))
    assert metrics.edge_agreement(a, b) == pytest.approx(np.mean(expected))
    assert metrics.edge_agreement(a, a, tolerance=0) == 1.0
    assert metrics.edge_agreement(a, np.zeros_like(a)) == 0.0
    assert metrics.edge_agreement(np.zeros_like(a), np.zeros_like(a)) == 1.0


@pytest.mark.parametrize("upsampling, even", [("nearest", True), ("transposed", False)])
def test_nearest_upsampling_treats_all_pixels_alike(upsampling, even):
    model = Pix2Pix((64, 64, 3), channels=4, depth=2, receptive_field=16, upsampling=upsampling)
    inside = model.translate(np.full((1, 64, 64, 3), 0.3, "float32"))[0, 16:-16, 16:-16]
    assert (np.ptp(inside, axis=(0, 1)).max() < 1e-6) == even


def test_checkerboards_show_at_the_strides_frequency():
    images = RNG.random((64, 16, 16, 3))
    board = 0.1 * (-1.0) ** np.add.outer(np.arange(16), np.arange(16))[None, ..., None]
    stripes = 0.1 * (-1.0) ** np.arange(16)[None, None, :, None] * np.ones((1, 16, 1, 1))
    assert metrics.checkerboard_energy(images, RNG.random((64, 16, 16, 3))) == pytest.approx(1.0, abs=0.5)
    assert metrics.checkerboard_energy(images + board, images) > 5.0
    assert metrics.checkerboard_energy(images + stripes, images) > 5.0
    assert metrics.checkerboard_energy(4.0 * images, images) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="multiples of the stride 3. Received: 16 x 16"):
        metrics.checkerboard_energy(images, images, 3)


def moments(images):
    return np.stack([images.mean(axis=(1, 2, 3)), images.std(axis=(1, 2, 3))], axis=1)


def test_figures_of_a_perfect_translator():
    targets = data.load("portraits", "test[:24]", shuffle=False, drop_remainder=False)
    sources = np.stack([edges(image) for image in targets.source]) / np.float32(255)

    class Perfect:
        directions = ("a_to_b",)

        def translate(self, x):
            return targets.images()

    found = paired_figures(Perfect(), sources, targets.images(), moments, drawn=True)
    assert found["l1"] == 0.0 and found["ssim"] == found["edge_f1"] == 1.0
    assert found["feature_distance"] == 0.0 < found["feature_distance_of_others"]
    assert found["generation"]["fid"] == pytest.approx(0.0, abs=1e-6)
    assert found["generation"]["real_images"] == 24


def test_figures_of_a_translator_that_shifts_brightness():
    a = RNG.random((40, 16, 16, 1), dtype="float32") * RNG.random((40, 1, 1, 1), dtype="float32") * 0.5
    b = 0.5 + RNG.random((40, 16, 16, 1), dtype="float32") * RNG.random((40, 1, 1, 1), dtype="float32") * 0.5

    class Shift:
        def translate(self, x, direction):
            return x + (0.5 if direction == "a_to_b" else -0.5)

    found = unpaired_figures(Shift(), (a[:20], b[:20]), (a[20:], b[20:]), moments)
    for direction in ("a_to_b", "b_to_a"):
        assert found[direction]["cycle_psnr_db"] > 60.0
        assert found[direction]["fid_ratio"] < 0.2
        assert found[direction]["translated"]["real_images"] == 40 and found[direction]["translated"]["generated_images"] == 20
        ratio = found[direction]["translated"]["fid"] / found[direction]["untranslated"]["fid"]
        assert found[direction]["fid_ratio"] == pytest.approx(ratio, rel=1e-3)


@pytest.mark.parametrize("name", TRANSLATORS)
def test_a_card_is_trained_measured_and_shown(name, tmp_path):
    model = TINY[name]()
    size = model.image_shape[0]
    data_of = {"source": "portraits", "train": "train[:8]", "held_out": "test[:8]", "pairs": "edges", "jitter": 2}
    if name == "cyclegan":
        for part, n in (("trainA", 5), ("trainB", 8), ("testA", 4), ("testB", 4)):
            save(tmp_path / "archive" / part, pictures(n), "abcdefgh"[:n])
        data_of = {"source": str(tmp_path / "archive"), "train": "train", "held_out": "test", "domains": ["A", "B"]}
    card = {"name": "mine", "model": {"class": type(model).__name__, "arguments": json.loads(json.dumps(
                {argument: getattr(model, argument) for argument in model.arguments()}))},
            "data": {**data_of, "image_size": size},
            "training": {"optimizers": {}, "batch_size": 4, "epochs": 1, "seed": 0}}
    path = training.train_preset(card, tmp_path / "run", verbose=0)
    measured = read_card(path)["metrics"]
    if name == "pix2pix":
        assert {"l1", "ssim", "edge_f1", "checkerboard"} <= measured.keys() and 0 < measured["l1"] < 1
    else:
        assert measured["a_to_b"]["cycle_psnr_db"] > 0 and "kept" not in measured["b_to_a"]
    assert (tmp_path / "run" / "translations" / "epoch_0001.png").is_file() and path.with_suffix(".png").is_file()


# ---- pictures of any size, and the command -------------------------------------------------------------------------


@pytest.mark.parametrize("tiled", [False, True])
@pytest.mark.parametrize("shape", [(16, 16), (40, 23), (7, 50), (64, 16)])
def test_a_picture_of_any_size_comes_back_in_its_size(shape, tiled):
    smooth = np.add.outer(np.linspace(0, 120, shape[0]), np.linspace(0, 120, shape[1]))
    picture = np.repeat(np.rint(smooth).astype("uint8")[..., None], 3, axis=-1)

    def invert(images):
        assert images.shape[1:] == (16, 16, 3)
        return 1.0 - images[..., :1]

    inverted = translate_picture(invert, picture, (16, 16), tiled)
    assert inverted.shape == (*shape, 1)
    assert np.abs(255 - inverted.astype(int)[..., 0] - picture[..., 0]).max() <= (1 if tiled else 20)


def test_a_picture_is_fitted_in_with_its_aspect():
    inside, (rows, columns) = fit_in(np.ones((10, 40, 1), "float32"), (16, 16))
    assert inside.shape == (16, 16, 1)
    assert (rows.stop - rows.start, columns.stop - columns.start) == (4, 16)
    with pytest.raises(ValueError, match="64,000,000 pixels at most. Received: 8001 x 8000"):
        translate_picture(lambda x: x, np.broadcast_to(np.uint8(0), (8000, 8001, 1)), (16, 16))


def test_files_and_folders_are_translated(tmp_path):
    save(tmp_path / "in" / "deep", pictures(2, 20, 30), ["a", "b"])
    save(tmp_path / "other", pictures(1, 9, 9, 3), ["c"])
    model = TINY["pix2pix"]()
    read, skipped = read_pictures([tmp_path / "in", tmp_path / "other" / "c.png"])
    assert sorted(map(str, read)) == ["c.png", "deep/a.png", "deep/b.png"] and not skipped
    sheet = translate_files(model, read, tmp_path / "out", drawing=DRAWINGS["edges"])
    for file, size in ((tmp_path / "out" / "deep" / "a.png", (30, 20)), (sheet, (3 * 18 - 2, 2 * 18 - 2))):
        with Image.open(file) as picture:
            assert picture.size == size
    with pytest.raises(ValueError, match="not replaced unless told to .overwrite.. Received"):
        translate_files(model, read, tmp_path / "out")
    with pytest.raises(ValueError, match="one that the translator has: a_to_b. Received: 'b_to_a'"):
        translate_files(model, read, tmp_path / "again", "b_to_a")
    with pytest.raises(ValueError, match="by translators.* Received: VAE"):
        translate_files(TINY["vae"](), read, tmp_path / "again")
    assert not (tmp_path / "again").exists()
    (tmp_path / "in" / "broken.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match="must be readable. Received: .*broken.png"):
        read_pictures([tmp_path / "in"])
    read, skipped = read_pictures([tmp_path / "in"], skip_unreadable=True)
    assert len(read) == 2 and skipped[0][0].name == "broken.png"
    with pytest.raises(ValueError, match="names of their own"):
        read_pictures([tmp_path / "in" / "deep", tmp_path / "in" / "deep" / "a.png"])

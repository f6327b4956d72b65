"""Working with a style-based generator: mixing, truncation, noise, films, directions, projection, neighbors."""

import numpy as np
import pytest
from helpers import ANY_BACKEND
from keras import ops
from PIL import Image
from tiny import TINY

from kerasgen import analysis, evaluation
from kerasgen.analysis.style_mixing import style_ranges
from kerasgen.evaluation import latent_space
from kerasgen.evaluation.extractors import Extractor, get_extractor
from kerasgen.latent.codes import sample_codes
from kerasgen.latent.styles import mix_styles
from kerasgen.layers.blur import Blur
from kerasgen.metrics import perceptual_path_length
from kerasgen.models import StyleGAN

pytestmark = ANY_BACKEND
RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def model():
    """Of 16 pixels, with strong noise and styles that tell."""
    model = StyleGAN((16, 16, 3), latent_dim=5, style_dim=6, mapping_layers=2, channels=4, max_channels=8, start_size=16)
    for layer in model.generator.layers:
        if hasattr(layer, "strength"):
            layer.strength.assign(0.3 * np.ones(layer.strength.shape))
    model.generator.get_layer("truncate").average.assign(model.styles(sample_codes(64, 5, 1))[:, 0].mean(axis=0))
    return model


def test_every_layer_has_its_style_and_fine_ones_change_little_structure(model):
    styles = model.styles(sample_codes(2, 5, 0))
    assert styles.shape == (2, model.style_layers, 6) and model.style_layers == 6
    np.testing.assert_allclose(model.synthesize(styles), model.sample(2, seed=0), atol=1e-5)
    for layer in range(6):
        mixed = mix_styles(styles[:1], styles[1:], [layer])
        assert np.abs(model.synthesize(mixed) - model.sample(1, seed=0)).max() > 1e-4, layer


@pytest.mark.parametrize("blur", [True, False])
def test_both_networks_are_smoothed_or_neither(blur):
    model = StyleGAN((16, 16, 3), latent_dim=5, style_dim=6, channels=4, max_channels=8, blur=blur)
    for network in (model.generator, model.discriminator):
        blurs = [layer.name for layer in network.layers if isinstance(layer, Blur)]
        assert sorted(blurs) == (["blur_1", "blur_2"] if blur else []), network.name


def test_path_lengths_are_those_of_differences(monkeypatch):
    """Of the model's own images, of two w that differ by little in one dimension."""
    model = StyleGAN((8, 8, 3), latent_dim=3, style_dim=4, mapping_layers=1, channels=8, path_length_weight=2.0)
    draws = [RNG.standard_normal(shape).astype("float32") for shape in ((5, 3), (5, 8, 8, 3))]
    w, step = model.styles(draws[0])[:, 0], 1e-2
    draw = model.synthesis_of(model.generator)
    moved = [
        0.5 * draw.predict(np.repeat((w + sign * step * unit)[:, None], 4, axis=1), verbose=0)
        for unit in np.eye(4, dtype="float32")
        for sign in (1, -1)
    ]
    jacobian = np.stack([(up - down) / (2 * step) for up, down in zip(moved[::2], moved[1::2], strict=True)], axis=1)
    lengths = np.linalg.norm(np.einsum("bwijc,bijc->bw", jacobian, draws[1]) / 8.0, axis=1)
    monkeypatch.setattr(model, "normal", lambda *shape: ops.convert_to_tensor(draws[len(shape) == 4]))
    value = model.path_terms((np.zeros((5, 8, 8, 3), "float32"),), False)["path_length"]
    assert float(ops.convert_to_numpy(ops.stop_gradient(value))) == pytest.approx(2.0 * lengths.var(), rel=1e-2)


def test_mixing_takes_the_chosen_layers_of_b(model):
    a, b = sample_codes(2, 5, 0), sample_codes(3, 5, 1)
    assert style_ranges(6) == {"coarse": range(4), "middle": range(4, 6)}
    assert style_ranges(18) == {"coarse": range(4), "middle": range(4, 8), "fine": range(8, 18)}
    everything = analysis.mix(model, a, b, range(6))
    np.testing.assert_allclose(everything, np.broadcast_to(model.decode(b), everything.shape), atol=1e-5)
    coarse = analysis.mix(model, a, b, "coarse")
    assert coarse.shape == (2, 3, 16, 16, 3)
    styles = model.styles(a)[1].copy()
    styles[:4] = model.styles(b)[2, :4]
    np.testing.assert_allclose(coarse[1, 2], model.synthesize(styles[None])[0], atol=1e-5)
    table = analysis.mixing_table(model, a, b, "coarse")
    assert table.shape == (12, 16, 16, 3) and (table[0] == 1.0).all()
    np.testing.assert_allclose(table[4], model.decode(a)[0], atol=1e-5)
    np.testing.assert_allclose(table[11], coarse[1, 2], atol=1e-5)


def test_truncation_goes_from_the_average_to_the_opposite(model):
    codes = sample_codes(3, 5, 0)
    swept = analysis.truncation_sweep(model, codes, (1.0, 0.0, -1.0))
    np.testing.assert_allclose(swept[:, 0], model.decode(codes), atol=1e-5)
    np.testing.assert_allclose(swept[:, 1], np.broadcast_to(swept[:1, 1], swept[:, 1].shape), atol=1e-5)
    w, average, opposite = (model.styles(codes, truncation) for truncation in (1.0, 0.0, -1.0))
    np.testing.assert_allclose(w - average, average - opposite, atol=1e-5)
    assert np.abs(model.sample(4, seed=1, truncation=0.3) - model.sample(4, seed=1)).max() > 1e-3


def test_noise_changes_details_and_comes_back(model):
    codes, before = sample_codes(2, 5, 0), model.sample(2, seed=0)
    images, deviation = analysis.noise_variation(model, codes, 3)
    assert images.shape == (2, 3, 16, 16, 3) and deviation.shape == (2, 16, 16)
    np.testing.assert_allclose(deviation, images.std(axis=1).mean(axis=-1), atol=1e-6)
    assert 0.001 < deviation.mean() < before.std()
    np.testing.assert_array_equal(model.sample(2, seed=0), before)
    np.testing.assert_array_equal(analysis.noise_variation(model, codes, 3)[0], images)


@pytest.mark.parametrize("suffix", [".webp", ".gif"])
def test_film_passes_all_codes_and_repeats(model, suffix, tmp_path):
    codes = sample_codes(3, 5, 0)
    frames = analysis.loop_codes(codes, steps=4)
    assert frames.shape == (12, 5)
    np.testing.assert_allclose(frames[::4], codes, atol=1e-5)
    path = analysis.save_animation(tmp_path / f"film{suffix}", model.decode(frames), frames_per_second=10)
    with Image.open(path) as film:
        film.seek(1)
        film.load()
        assert (film.n_frames, film.size, film.info["duration"], film.info["loop"]) == (12, (16, 16), 100, 0)
    with pytest.raises(ValueError, match="replaced only if told to"):
        analysis.save_animation(path, model.decode(frames))
    with pytest.raises(ValueError, match="one of .webp, .gif, .png. Received: film.avi"):
        analysis.save_animation(tmp_path / "film.avi", model.decode(frames))


def test_a_labels_direction_is_found_and_moved_along(model):
    normal = np.array([0.6, 0.0, -0.8, 0.0, 0.0, 0.0])
    codes = RNG.standard_normal((2000, 6)) * np.array([1.0, 2.0, 1.0, 0.5, 1.0, 3.0])
    found = analysis.label_direction(codes, (codes @ normal > 0.3).astype(int))
    assert found @ normal > 0.98 and np.linalg.norm(found) == pytest.approx(1.0, abs=1e-5)
    styles = model.styles(sample_codes(2, 5, 0))
    moved = analysis.move(model, styles, found, (0.0, 2.0), layers=range(4))
    np.testing.assert_allclose(moved[:, 0], model.synthesize(styles), atol=1e-5)
    styles[:, :4] += 2.0 * found
    np.testing.assert_allclose(moved[:, 1], model.synthesize(styles), atol=1e-5)
    with pytest.raises(ValueError, match="of 0 and 1, both among them. Received: shape"):
        analysis.label_direction(codes, np.ones(2000))


@pytest.mark.backend("tensorflow", "torch")  # JAX compiles op by op
@pytest.mark.parametrize("space", ["w", "w+"])
def test_projection_comes_near_what_the_generator_drew(space):
    model = TINY["style_gan"]()
    to_image = model.generator.get_layer("to_image_1")
    to_image.set_weights([0.2 * weight for weight in to_image.get_weights()])  # within [-1, 1], where nothing is cut off
    average = model.decode(np.zeros((1, 3), "float32"), truncation=0.0)
    images = model.sample(6, seed=3)
    styles = analysis.project(model, images, steps=60, space=space, learning_rate=0.3)
    assert styles.shape == (6, model.style_layers, 4)
    if space == "w":
        np.testing.assert_array_equal(styles, np.broadcast_to(styles[:, :1], styles.shape))
    assert np.square(model.synthesize(styles) - images).mean() < 0.3 * np.square(average - images).mean()


def test_nearest_neighbors_are_numpys():
    features, among = RNG.standard_normal((7, 5)), RNG.standard_normal((40, 5))
    indices, lengths = analysis.nearest(features, among, 3)
    full = np.linalg.norm(features[:, None] - among, axis=2)
    np.testing.assert_array_equal(indices, np.argsort(full, axis=1)[:, :3])
    np.testing.assert_allclose(lengths, np.sort(full, axis=1)[:, :3], rtol=1e-6)
    with pytest.raises(ValueError, match="from 1 to the number of images, 40. Received: k=41"):
        analysis.nearest(features, among, 41)


def test_figures_of_both_latent_spaces(model):
    extractor = Extractor("pixels", lambda images: images.reshape(len(images), -1))
    figures = latent_space.path_lengths(model, extractor, epsilon=1e-3, pairs=30)
    assert (figures["extractor"], figures["pairs"], figures["epsilon"]) == ("pixels", 30, 1e-3)
    start, end = np.split(sample_codes(60, 5, 0), 2)

    def speed(space, features, **options):
        return perceptual_path_length(*space, features, epsilon=1e-3, **options)

    drawn = {
        "z_whole": speed((start, end), lambda z: extractor(model.decode(z))),
        "w_end": speed(
            (model.styles(start)[:, 0], model.styles(end)[:, 0]),
            whole=False,
            kind="linear",
            features=lambda w: extractor(model.synthesize(np.repeat(w[:, None], 6, axis=1))),
        ),
    }
    for name, expected in drawn.items():
        assert [figures[name], figures[f"{name}_standard_error"]] == pytest.approx(expected, abs=0.01), name
    card = {"data": {"source": "portraits", "train": "train[:200]", "image_size": 16}}
    found = latent_space.separability(model, card, ["era=modern", "gender=F"], samples=300)
    assert 1.0 <= found["w"] <= 4.0 and 1.0 <= found["z"] <= 4.0
    with pytest.raises(ValueError, match="Unknown value of the label era. Received: 'modem'. Did you mean 'modern'"):
        latent_space.separability(model, card, ["era=modem"])


def test_evaluation_measures_path_lengths_as_its_card_asks():
    model = StyleGAN((16, 16, 3), latent_dim=5, style_dim=6, mapping_layers=2, channels=4, max_channels=8, start_size=16)
    asked = {"epsilon": 0.05, "pairs": 20}
    card = {
        "data": {"source": "portraits", "train": "train[:40]", "held_out": "test[:40]", "image_size": 16},
        "evaluation": {"path_length": {"extractor": "pixels", **asked}},
    }
    measured = evaluation.evaluate(model, card, seed=3)["path_length"]
    assert measured == latent_space.path_lengths(model, get_extractor("pixels"), **asked, seed=3)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda model: model.sample(2, truncation=2.5), "truncation must be a number from -1 to 2. Received: 2.5"),
        (lambda model: analysis.mix(model, np.zeros((1, 5)), np.zeros((1, 5)), [5, 6]), "some of 0 to 5. Received: .5, 6."),
        (lambda model: analysis.mix(model, np.zeros((1, 5)), np.zeros((1, 5)), "fine"), "coarse, middle, or indices. Received"),
        (lambda model: model.synthesize(np.zeros((2, 6))), r"shape .n, 6, 6. with n > 0. Received: shape .2, 6."),
        (lambda model: analysis.project(model, np.zeros((1, 8, 8, 3))), "Received"),
        (lambda model: analysis.project(model, np.zeros((1, 16, 16, 3)), space="z"), "'w' or 'w.', steps positive.* Received"),
        (
            lambda model: analysis.project(model, np.zeros((1, 16, 16, 3)), focus=2.0),
            "focus lie in .0, 1.. Received.*focus=2.0",
        ),
        (lambda model: analysis.noise_variation(model, np.zeros((1, 5)), 1), "at least 2 pictures. Received: n=1"),
        (lambda model: analysis.loop_codes(np.zeros((1, 5))), "2 codes at least. Received: 1"),
        (lambda model: StyleGAN((8, 8, 3), style_mixing_prob=1.5), "style_mixing_prob lie in .0, 1.. Received"),
        (lambda model: StyleGAN((8, 8, 3), path_length_weight=-1.0), "must not be negative. Received: path_length_weight=-1.0"),
        (lambda model: StyleGAN((8, 8, 3), style_dim=0), "must be positive.* Received: style_dim=0"),
    ],
)
def test_wrong_arguments(call, message, model):
    with pytest.raises(ValueError, match=message):
        call(model)

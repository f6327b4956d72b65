"""Working with a style-based generator: mixing, truncation, noise, animation, directions, projection, neighbors."""

import numpy as np
import pytest
from helpers import ANY_BACKEND, style_generator
from PIL import Image
from tiny import TINY

from kerasgen import analysis
from kerasgen.analysis.style_mixing import style_ranges
from kerasgen.latent.codes import sample_codes
from kerasgen.models import StyleGAN, StyleGAN2

pytestmark = ANY_BACKEND
RNG = np.random.default_rng(0)


@pytest.fixture(scope="module", params=[StyleGAN, StyleGAN2])
def model(request):
    return style_generator(request.param)


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
def test_an_animation_passes_all_codes_and_repeats(model, suffix, tmp_path):
    codes = sample_codes(3, 5, 0)
    frames = analysis.loop_codes(codes, steps=4)
    assert frames.shape == (12, 5)
    np.testing.assert_allclose(frames[::4], codes, atol=1e-5)
    path = analysis.save_animation(tmp_path / f"path{suffix}", model.decode(frames), frames_per_second=10)
    with Image.open(path) as image:
        image.seek(1)
        image.load()
        assert (image.n_frames, image.size, image.info["duration"], image.info["loop"]) == (12, (16, 16), 100, 0)
    with pytest.raises(ValueError, match="replaced only if told to"):
        analysis.save_animation(path, model.decode(frames))
    with pytest.raises(ValueError, match="one of .webp, .gif, .png. Received: path.avi"):
        analysis.save_animation(tmp_path / "path.avi", model.decode(frames))


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
    with pytest.raises(ValueError, match="0 or 1, both among them. Received: shape"):
        analysis.label_direction(codes, np.ones(2000))


@pytest.mark.backend("tensorflow", "torch")  # JAX compiles op by op
@pytest.mark.parametrize("name, space", [("style_gan", "w"), ("style_gan", "w+"), ("style_gan2", "w+")])
def test_projection_comes_near_what_was_generated(name, space):
    model = TINY[name]()
    for layer in model.generator.layers:
        if layer.name.startswith("to_image"):
            layer.set_weights([0.2 * weight for weight in layer.get_weights()])  # within [-1, 1], where nothing is cut off
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


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda model: analysis.mix(model, np.zeros((1, 5)), np.zeros((1, 5)), [5, 6]), "some of 0 to 5. Received: .5, 6."),
        (lambda model: analysis.mix(model, np.zeros((1, 5)), np.zeros((1, 5)), "fine"), "coarse, middle, or indices. Received"),
        (lambda model: analysis.project(model, np.zeros((1, 8, 8, 3))), "Received"),
        (lambda model: analysis.project(model, np.zeros((1, 16, 16, 3)), space="z"), "'w' or 'w.', steps positive.* Received"),
        (
            lambda model: analysis.project(model, np.zeros((1, 16, 16, 3)), focus=2.0),
            "focus lie in .0, 1.. Received.*focus=2.0",
        ),
        (lambda model: analysis.noise_variation(model, np.zeros((1, 5)), 1), "at least 2 images. Received: n=1"),
        (lambda model: analysis.loop_codes(np.zeros((1, 5))), "at least 2 codes. Received: 1"),
    ],
)
def test_wrong_arguments(call, message, model):
    with pytest.raises(ValueError, match=message):
        call(model)

"""The second style-based generator: its networks, its labels, its penalties at some steps for all."""

import keras
import numpy as np
import pytest
from helpers import ANY_BACKEND, EAGER, assert_equal_states, state
from keras import ops
from tiny import TINY

from kerasgen.latent.codes import sample_codes
from kerasgen.layers.blur import Blur
from kerasgen.models import StyleGAN2
from kerasgen.networks.skip_style import residual_discriminator, skip_generator

pytestmark = ANY_BACKEND
RNG = np.random.default_rng(0)
LABELS = np.arange(8) % 3


def conditional(**arguments):
    return TINY["style_gan2"](num_classes=3, **arguments)


def test_the_papers_networks_have_the_papers_sizes():
    shape = (1024, 1024, 3)
    networks = skip_generator(512, 512, 8, 0.01, shape, 32, 512), residual_discriminator(shape, 32, 512)
    sizes = [sum(np.prod(variable.shape) for variable in network.trainable_variables) for network in networks]
    assert sizes == [30_370_060, 29_012_513]  # those of the authors' files; the paper says 30.0 and 28.9 million
    assert [len(networks[0].get_layer(f"to_image_{stage}").weights) for stage in range(9)] == [4] * 9


def test_images_of_all_resolutions_are_summed():
    """Each by the filter [1, 3, 3, 1] / 4 both ways, zeros around: here the coarsest alone."""
    model = StyleGAN2((16, 16, 3), latent_dim=3, style_dim=4, mapping_layers=1, channels=4)
    for stage in (1, 2):
        layer = model.generator.get_layer(f"to_image_{stage}")
        layer.weight.assign(np.zeros(layer.weight.shape))
    z = sample_codes(2, 3, 0)
    first = keras.Model(model.generator.input, model.generator.get_layer("to_image_0").output).predict_on_batch(z)
    image = model.generator.predict_on_batch(z)
    for side in (4, 8):
        rows = np.zeros((2 * side + 2, side))
        for place in range(side):
            rows[2 * place : 2 * place + 4, place] = 0.25, 0.75, 0.75, 0.25
        first = np.einsum("oh,pw,bhwc->bopc", rows[1:-1], rows[1:-1], first)
    np.testing.assert_allclose(image, first, atol=1e-5)


@pytest.mark.parametrize("blur, size", [(True, 6), (False, 4)])
def test_both_networks_are_smoothed_or_neither(blur, size):
    model = StyleGAN2((16, 16, 3), latent_dim=5, style_dim=6, channels=4, max_channels=8, blur=blur)
    assert any(isinstance(layer, Blur) for layer in model.generator.layers) is blur
    kernels = model.generator.get_layer("conv_1_a").kernel, model.discriminator.get_layer("conv_1_b").kernel
    assert [kernel.shape[0] for kernel in kernels] == [size, size]
    assert model.sample(1, seed=0).shape == (1, 16, 16, 3)


def test_penalties_come_at_their_intervals():
    sizes = {"latent_dim": 3, "style_dim": 4, "mapping_layers": 2, "channels": 4}
    model = StyleGAN2((8, 8, 3), **sizes, penalty_interval=3, path_length_interval=2)
    model.compile()
    images = RNG.random((4, 8, 8, 3), dtype="float32")
    found = []
    for _ in range(6):
        model.reset_metrics()
        logs = model.train_on_batch(images, return_dict=True)
        found.append((logs["r1"] > 0.0, logs["path_length"] > 0.0))
    assert found == [(step % 3 == 0, step % 2 == 0) for step in range(6)]


def test_path_lengths_are_those_of_differences(monkeypatch):
    """Of half a batch of the model's own images, of two w that differ by little in one dimension."""
    model = StyleGAN2((8, 8, 3), latent_dim=3, style_dim=4, mapping_layers=1, channels=8, path_length_weight=2.0)
    draws = [np.random.default_rng(1).standard_normal(shape).astype("float32") for shape in ((5, 3), (5, 8, 8, 3))]
    w, step = model.styles(draws[0])[:, 0], 1e-3
    draw = model.synthesis_of(model.generator)
    moved = [
        0.5 * draw.predict_on_batch(np.repeat((w + sign * step * unit)[:, None], 4, axis=1))
        for unit in np.eye(4, dtype="float32")
        for sign in (1, -1)
    ]
    jacobian = np.stack([(up - down) / (2 * step) for up, down in zip(moved[::2], moved[1::2], strict=True)], axis=1)
    lengths = np.linalg.norm(np.einsum("bwijc,bijc->bw", jacobian, draws[1]) / 8.0, axis=1)
    monkeypatch.setattr(model, "normal", lambda *shape: ops.convert_to_tensor(draws[len(shape) == 4][: shape[0]]))
    value = model.path_terms((np.zeros((9, 8, 8, 3), "float32"),), False)["path_length"]
    assert float(ops.convert_to_numpy(ops.stop_gradient(value))) == pytest.approx(2.0 * lengths.var(), rel=2e-2)


def test_labels_reach_both_networks_and_training_resumes(tmp_path, images_of):
    straight = conditional()
    images, codes = images_of(straight, 8), sample_codes(8, 3, 0)
    for network, given in ((straight.discriminator, images), (straight.generator, codes)):
        first, second = (ops.convert_to_numpy(network([given, np.full(8, label, "float32")])) for label in (0, 1))
        assert np.abs(first - second).max() > 1e-4
    styles = straight.styles(codes, labels=LABELS)
    np.testing.assert_array_equal(straight.decode(codes, labels=LABELS), straight.synthesize(styles))
    straight.compile(**EAGER)
    straight.train_on_batch(images, LABELS)
    straight.save(tmp_path / "half.keras")
    resumed = keras.models.load_model(tmp_path / "half.keras")
    for model in (straight, resumed):
        model.train_on_batch(images, LABELS)
    assert_equal_states(state(straight), state(resumed))


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: StyleGAN2((8, 8, 3), num_classes=1), "must be 2 or more, or 0 for images without labels. Received: 1"),
        (lambda: StyleGAN2((4, 4, 3)), "Received: image_shape=.4, 4, 3."),
        (lambda: conditional().sample(2), "A conditional model needs labels"),
        (lambda: conditional().styles(np.zeros((2, 3)), labels=3), "Labels must be from 0 to 2. Received: 3 to 3"),
        (lambda: TINY["style_gan2"]().sample(2, labels=1), "Labels belong to conditional models"),
        (lambda: StyleGAN2((8, 8, 3), path_length_interval=0), "path_length_interval: must be int >= 1. Received: 0"),
    ],
)
def test_wrong_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()
